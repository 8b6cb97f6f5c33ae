// What a person is told, by the code of a verdict: English, Indonesian.
"use strict";

globalThis.satuAtapSentences = {
  codes: {
    good: ["Everything holds: {told}.", "Semuanya benar: {told}."],
    json: ["This is not JSON that can be read in one way only ({told}).", "Ini bukan JSON yang hanya dapat dibaca dengan satu cara ({told})."],
    format: ["This is neither a proof bundle nor a receipt.", "Ini bukan berkas bukti dan bukan tanda terima."],
    shape: ["It is not built as the format says: {told}.", "Susunannya tidak sesuai format: {told}."],
    key: ["A key is not a key of this log, or stands there twice: {told}.", "Sebuah kunci bukan kunci log ini, atau tercantum dua kali: {told}."],
    checkpoint: ["The checkpoint is not written as the format says.", "Segel tidak ditulis sesuai format."],
    origin: ["The checkpoint is of another log: {told}.", "Segel ini milik log lain: {told}."],
    signature: ["The signature on the checkpoint is false: {told}.", "Tanda tangan pada segel palsu: {told}."],
    unsigned: ["No key of this log has signed the checkpoint.", "Tidak ada kunci log ini yang menandatangani segel."],
    untrusted: ["The checkpoint is not signed by a key that you trust.", "Segel tidak ditandatangani dengan kunci yang Anda percayai."],
    cosignature: ["The witness's signature on the checkpoint is false: {told}.", "Tanda tangan saksi pada segel palsu: {told}."],
    witness: ["The witness has not cosigned this checkpoint: {told}.", "Saksi belum ikut menandatangani segel ini: {told}."],
    body: ["What it says is not in canonical form, so it was changed or never written by this program.", "Isinya tidak dalam bentuk baku, jadi telah diubah atau tidak pernah ditulis oleh program ini."],
    number: ["It does not speak of this application.", "Isinya bukan tentang permohonan ini."],
    order: ["It is not the entry that must stand here: one is missing, was added, or stands in another place.", "Bukan catatan yang seharusnya di sini: ada yang hilang, ditambahkan, atau berpindah tempat."],
    chain: ["Its hash does not follow from what it says and from the entry before it.", "Hash-nya tidak sesuai dengan isinya dan dengan catatan sebelumnya."],
    proof: ["It is not proven to stand in the log that the checkpoint seals.", "Tidak terbukti berada di dalam log yang disegel."],
    introduction: ["The log does not tell of this key: {told}.", "Log tidak menyebutkan kunci ini: {told}."],
    rotation: ["It tells of a new key that the key before it has not signed.", "Ia menyebutkan kunci baru yang tidak ditandatangani kunci sebelumnya."],
    document: ["The list of documents is not what the entries tell of.", "Daftar dokumen tidak sama dengan yang tercatat."],
    workflow: ["The workflow {told} that it names is missing, is not that text, or is named by nobody.", "Alur {told} yang disebutnya tidak ada, bukan teks itu, atau tidak disebut siapa pun."],
    calendar: ["The calendar {told} that it names is missing, is not that text, or is named by nobody.", "Kalender {told} yang disebutnya tidak ada, bukan teks itu, atau tidak disebut siapa pun."],
    receipt: ["This is not a receipt of Satu Atap.", "Ini bukan tanda terima Satu Atap."],
    "receipt-key": ["No key is at hand for this receipt: open the proof bundle of the application first.", "Tidak ada kunci untuk tanda terima ini: buka dahulu berkas bukti permohonannya."],
    "receipt-signature": ["The signature of the receipt is false.", "Tanda tangan pada tanda terima palsu."],
    "receipt-number": ["The receipt is of another application: {told}.", "Tanda terima ini untuk permohonan lain: {told}."],
    "receipt-later": ["The receipt is newer than this file, which cannot tell of its entry yet: get a newer file.", "Tanda terima ini lebih baru daripada berkas ini, yang belum dapat memuat catatannya: mintalah berkas baru."],
    "receipt-missing": ["The receipt is for an entry that is not there any more.", "Tanda terima ini untuk catatan yang sudah tidak ada."],
    "receipt-hash": ["The entry is another than the one the receipt was given for.", "Catatannya bukan yang dulu diberi tanda terima."],
  },
  verdicts: {
    good: ["Holds", "Benar"],
    wrong: ["Something is wrong", "Ada yang salah"],
    unreadable: ["Cannot be read", "Tidak dapat dibaca"],
  },
  places: {
    entry: ["Entry {no}", "Catatan {no}"],
    office: ["Office entry {no} in this file", "Catatan kantor ke-{no} dalam berkas ini"],
  },
  unpinned: [
    "You named no key, so the file was checked against its own. Compare it with the one the office has published: {told}",
    "Anda tidak menyebutkan kunci, maka berkas diperiksa dengan kuncinya sendiri. Bandingkan dengan yang diumumkan kantor: {told}",
  ],
};
