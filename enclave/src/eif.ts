import { crc32 } from 'node:zlib';
import { EnclaveError } from './error.ts';

/** What an enclave image file holds. The first ramdisk boots, the others are the application (see measure.ts). */
export interface Image {
  readonly kernel: Uint8Array;
  readonly commandLine: string;
  readonly ramdisks: readonly Uint8Array[];
  /** For people; measured by nobody. */
  readonly metadata: Readonly<Record<string, unknown>>;
}

const magic = 0x2e656966;
const version = 4;
const maxSections = 32;
const headerBytes = 548;
const sectionHeaderBytes = 12;
const crcOffset = headerBytes - 4;
const offsetsAt = 28;
const sizesAt = offsetsAt + 8 * maxSections;
const sectionTypes = { kernel: 1, commandLine: 2, ramdisk: 3, metadata: 5 } as const;
const defaultMemory = 1n << 30n;
const defaultProcessors = 2n;

/**
 * An EIF, version 4 (aws-nitro-enclaves-image-format): a header of 548 bytes, big-endian, then kernel, command line, metadata and
 * ramdisks, each after a header of 12, and a CRC-32 over all of it but itself.
 */
export function writeEif({ kernel, commandLine, ramdisks, metadata }: Image): Uint8Array {
  const sections: [type: number, content: Uint8Array][] = [
    [sectionTypes.kernel, kernel],
    [sectionTypes.commandLine, Buffer.from(commandLine)],
    [sectionTypes.metadata, Buffer.from(JSON.stringify(metadata))],
    ...ramdisks.map((ramdisk): [number, Uint8Array] => [sectionTypes.ramdisk, ramdisk]),
  ];
  if (sections.length > maxSections) throw new RangeError('an image has at most 32 sections');
  const size = sections.reduce((sum, [, content]) => sum + sectionHeaderBytes + content.length, headerBytes);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic);
  view.setUint16(4, version);
  view.setBigUint64(8, defaultMemory);
  view.setBigUint64(16, defaultProcessors);
  view.setUint16(26, sections.length);
  let offset = headerBytes;
  for (const [index, [type, content]] of sections.entries()) {
    view.setBigUint64(offsetsAt + 8 * index, BigInt(offset));
    view.setBigUint64(sizesAt + 8 * index, BigInt(content.length));
    view.setUint16(offset, type);
    view.setBigUint64(offset + 4, BigInt(content.length));
    file.set(content, offset + sectionHeaderBytes);
    offset += sectionHeaderBytes + content.length;
  }
  view.setUint32(crcOffset, checksum(file));
  return file;
}

/**
 * Reads what {@link writeEif} writes and nothing else: sections in this order without gap or rest, no flag, a right checksum. The
 * parts are views into `file`. Throws EnclaveError `image-malformed`.
 */
export function readEif(file: Uint8Array): Image {
  if (file.length < headerBytes) return malformed('it is shorter than its header');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (view.getUint32(0) !== magic || view.getUint16(4) !== version) return malformed('it is no EIF of version 4');
  if (view.getUint16(6) !== 0 || view.getUint16(24) !== 0) return malformed('it has flags');
  if (view.getUint32(crcOffset) !== checksum(file)) return malformed('its checksum is wrong');

  const sections = sectionsOf(view, file);
  const [kernel, commandLine, metadata, ...ramdisks] = sections;
  const wanted = [sectionTypes.kernel, sectionTypes.commandLine, sectionTypes.metadata];
  const right = sections.every(({ type }, index) => type === (wanted[index] ?? sectionTypes.ramdisk));
  if (!right || kernel === undefined || commandLine === undefined || metadata === undefined || ramdisks.length < 2)
    return malformed('its sections are others than kernel, command line, metadata and two ramdisks');
  return {
    kernel: kernel.content,
    commandLine: textOf(commandLine.content),
    metadata: objectOf(textOf(metadata.content)),
    ramdisks: ramdisks.map(({ content }) => content),
  };
}

interface Section {
  type: number;
  content: Uint8Array;
}

function sectionsOf(view: DataView, file: Uint8Array): Section[] {
  const count = view.getUint16(26);
  if (count > maxSections) return malformed('it has too many sections');
  const sections: Section[] = [];
  let offset = headerBytes;
  for (let index = 0; index < maxSections; index += 1) {
    const [start, size] = [view.getBigUint64(offsetsAt + 8 * index), view.getBigUint64(sizesAt + 8 * index)];
    if (index >= count) {
      if (start !== 0n || size !== 0n) return malformed('it names a section that it does not count');
      continue;
    }
    const end = BigInt(offset + sectionHeaderBytes) + size;
    if (start !== BigInt(offset) || end > BigInt(file.length)) return malformed('a section is not where it should be');
    if (view.getUint16(offset + 2) !== 0 || view.getBigUint64(offset + 4) !== size)
      return malformed('a section says something else than the header');
    const content = file.subarray(offset + sectionHeaderBytes, Number(end));
    sections.push({ type: view.getUint16(offset), content });
    offset = Number(end);
  }
  return offset === file.length ? sections : malformed('something stands behind its last section');
}

/** Over header and sections, without the four bytes that hold it. */
const checksum = (file: Uint8Array): number => crc32(file.subarray(headerBytes), crc32(file.subarray(0, crcOffset)));

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return malformed('a text in it is not UTF-8');
  }
}

function objectOf(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below.
  }
  return malformed('its metadata is no JSON object');
}

function malformed(why: string): never {
  throw new EnclaveError('image-malformed', `This is not an enclave image of ours: ${why}.`, 'Build it anew.');
}
