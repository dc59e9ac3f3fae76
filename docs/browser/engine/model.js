// What the page computes with: the program's constants and tables, and its graphs, run by ONNX Runtime.

import { Bands } from "./spectrum.js";

const FILES = new URL("../files/", import.meta.url);
const COMPRESSED = ".z"; // the ending of compressed files
const TYPES = { float32: Float32Array, int8: Int8Array };

// The graphs that speaking needs; `embed` is fetched when the first recording comes.
const SPEAKING = ["condition", "encode", "intone", "decode", "filters"];

// A file that the page cannot do without is missing.
export class LoadingError extends Error {}

// The bytes of one of the page's files; `heard` gets how many came, part by part. They come compressed, as
// not every host compresses such files by itself.
async function fetched(name, heard = () => {}) {
  const answer = await fetch(new URL(`${name}${COMPRESSED}`, FILES)).catch(() => null);
  if (!answer?.ok) {
    throw new LoadingError(`${name} cannot be fetched. Reload the page when you are connected.`);
  }
  const counted = new TransformStream({
    transform(part, out) {
      heard(part.length);
      out.enqueue(part);
    },
  });
  const whole = answer.body.pipeThrough(counted).pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

const textOf = (bytes) => new TextDecoder().decode(bytes);

// Constants and tables of the program: all that is needed but graphs and lexicon.
export async function loadTables(heard) {
  const facts = JSON.parse(textOf(await fetched("facts.json", heard)));
  const { buffer } = await fetched("tables.bin", heard);
  const table = (name) => {
    const { type, offset, length } = facts.tables[name];
    return new TYPES[type](buffer, offset, length);
  };
  const bins = facts.mel.n_fft / 2 + 1;
  return {
    facts,
    filters: new Bands(table("filters"), facts.mel.n_mels, bins),
    shares: new Bands(table("shares"), facts.mel.n_mels, bins),
    logArea: table("log_area"),
    kWeights: table("k_weights"),
    markSigns: table("mark_signs"),
    markDepth: table("mark_depth"),
    bundled: {
      id: facts.bundled.id,
      prompt: table("prompt"),
      pitch: table("prompt_pitch"),
      embedding: table("embedding"),
    },
  };
}

// The words of the lexicon, each with its symbols, a character for each.
export async function loadLexicon(heard) {
  const lines = textOf(await fetched("lexicon.txt", heard)).split("\n");
  return new Map(lines.map((line) => line.split("\t")));
}

// Runs graphs by their names; one is fetched when it is first run, unless it was loaded before.
class Graphs {
  constructor(ort, heard) {
    this.ort = ort;
    this.heard = heard;
    this.sessions = new Map();
  }

  load(name) {
    if (!this.sessions.has(name)) {
      const opened = fetched(`${name}.onnx`, this.heard).then((bytes) => {
        return this.ort.InferenceSession.create(bytes, { executionProviders: ["wasm"] });
      });
      // What failed is tried again when it is asked for again
      opened.catch(() => this.sessions.delete(name));
      this.sessions.set(name, opened);
    }
    return this.sessions.get(name);
  }

  // The outputs by name of inputs: name to [values, sizes].
  async run(name, inputs) {
    const session = await this.load(name);
    const given = {};
    for (const [input, [values, sizes]] of Object.entries(inputs)) {
      const type = values instanceof BigInt64Array ? "int64" : "float32";
      given[input] = new this.ort.Tensor(type, values, sizes);
    }
    const found = await session.run(given);
    return Object.fromEntries(Object.entries(found).map(([output, tensor]) => [output, tensor.data]));
  }
}

// The whole model. `progress` gets a share from 0 to 1 of the bytes that speaking needs.
export async function loadModel(progress = () => {}) {
  let done = 0;
  let all = Infinity;
  const heard = (bytes) => {
    done += bytes;
    progress(Math.min(1, done / all));
  };
  const tables = await loadTables(heard);
  const runtime = "runtime/ort-wasm-simd-threaded.wasm";
  const graphFiles = SPEAKING.map((name) => `${name}.onnx`);
  const names = ["facts.json", "tables.bin", "lexicon.txt", runtime, ...graphFiles];
  all = names.reduce((sum, name) => sum + (tables.facts.files[`${name}${COMPRESSED}`] ?? 0), 0);
  const [lexicon, wasm, ort] = await Promise.all([
    loadLexicon(heard),
    fetched(runtime, heard),
    import("../files/runtime/ort.wasm.min.mjs"),
  ]);
  ort.env.wasm.numThreads = 1; // more need headers that static hosts do not send
  ort.env.wasm.wasmPaths = new URL("runtime/", FILES).href;
  ort.env.wasm.wasmBinary = wasm.buffer;
  ort.env.logLevel = "error";
  const graphs = new Graphs(ort, heard);
  for (const name of SPEAKING) await graphs.load(name);
  return { ...tables, lexicon, graphs };
}
