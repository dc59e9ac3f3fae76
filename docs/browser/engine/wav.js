// Speech as a WAV file of 16 bits, with the note of its origin in its comment.

export function wavOf(samples, rate, note) {
  const comment = new TextEncoder().encode(note);
  const padded = comment.length + 1 + ((comment.length + 1) % 2); // ends with a zero, of an even length
  const sound = samples.length * 2;
  const list = 4 + 8 + padded;
  const view = new DataView(new ArrayBuffer(12 + 24 + 8 + list + 8 + sound));
  let at = 0;
  const text = (letters) => [...letters].forEach((letter) => view.setUint8(at++, letter.charCodeAt(0)));
  const long = (value) => view.setUint32((at += 4) - 4, value, true);
  const short = (value) => view.setUint16((at += 2) - 2, value, true);
  text("RIFF");
  long(view.byteLength - 8);
  text("WAVEfmt ");
  long(16);
  short(1);
  short(1);
  long(rate);
  long(rate * 2);
  short(2);
  short(16);
  text("LIST");
  long(list);
  text("INFOICMT");
  long(padded);
  comment.forEach((byte, i) => view.setUint8(at + i, byte));
  at += padded;
  text("data");
  long(sound);
  for (const sample of samples) {
    view.setInt16(at, Math.round(Math.min(1, Math.max(-1, sample)) * 32767), true);
    at += 2;
  }
  return view.buffer;
}
