"""Try-outs on workflows: what a log says about a route, before any route is in force. Writes nothing."""
