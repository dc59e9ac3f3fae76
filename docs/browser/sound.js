// Recordings: of a file, or of the microphone, as one channel of samples at the model's rate.

const LONGEST_FILE = 50e6; // bytes

// A recording that cannot be had; the message says what to do.
export class SoundError extends Error {}

// The samples of a file of sound.
export async function samplesOfFile(file, rate) {
  if (file.size > LONGEST_FILE) {
    throw new SoundError("The file is larger than 50 MB. Cut out ten seconds of it.");
  }
  const context = new OfflineAudioContext(1, 1, rate);
  const buffer = await context.decodeAudioData(await file.arrayBuffer()).catch(() => {
    const kinds = "a WAV, MP3, FLAC or Ogg file";
    throw new SoundError(`The file holds no sound that this browser reads. Choose ${kinds}.`);
  });
  const count = buffer.numberOfChannels;
  const channels = Array.from({ length: count }, (_, i) => buffer.getChannelData(i));
  return channels[0].map((_, i) => channels.reduce((sum, one) => sum + one[i], 0) / count);
}

// The microphone, opened; `heard` gets the seconds and the peak of each part.
export async function openMicrophone(heard) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new SoundError("This browser gives pages no microphone here. Choose a sound file instead.");
  }
  const asked = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: asked }).catch((error) => {
    const denied = error.name === "NotAllowedError";
    throw new SoundError(
      denied
        ? "The microphone is not allowed to this page. Allow it in the browser, or choose a sound file."
        : "No microphone was found. Connect one, or choose a sound file.",
    );
  });
  const context = new AudioContext();
  await context.audioWorklet.addModule(new URL("recorder.js", import.meta.url));
  const node = new AudioWorkletNode(context, "recorder", { numberOfOutputs: 0 });
  context.createMediaStreamSource(stream).connect(node);
  return new Recording(stream, context, node, heard);
}

class Recording {
  constructor(stream, context, node, heard) {
    this.stream = stream;
    this.context = context;
    this.parts = [];
    this.size = 0;
    node.port.onmessage = ({ data }) => {
      this.parts.push(data);
      this.size += data.length;
      heard(this.size / context.sampleRate, data.reduce((most, one) => Math.max(most, Math.abs(one)), 0));
    };
  }

  // Its samples; the microphone is closed.
  async stop(rate) {
    this.stream.getTracks().forEach((track) => track.stop());
    const own = this.context.sampleRate;
    await this.context.close();
    if (!this.size) {
      throw new SoundError("The microphone gave no sound. Choose another one, or a sound file.");
    }
    const offline = new OfflineAudioContext(1, Math.max(1, Math.round((this.size * rate) / own)), rate);
    const buffer = offline.createBuffer(1, this.size, own);
    let at = 0;
    for (const part of this.parts) {
      buffer.copyToChannel(part, 0, at);
      at += part.length;
    }
    const source = offline.createBufferSource();
    source.buffer = buffer;
    source.connect(offline.destination);
    source.start();
    return (await offline.startRendering()).getChannelData(0);
  }
}
