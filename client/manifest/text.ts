import { isUtf8 } from 'node:buffer';
import { problem, type ManifestProblem } from './problems';

const SAVE = 'save it as UTF-8 (in Excel: "CSV UTF-8")';

/** Reads the text of a file, without the byte order mark that Excel and Windows editors put before UTF-8. */
export function readText(bytes: Uint8Array): string | ManifestProblem {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return problem(0, undefined, `is UTF-16 text: ${SAVE}`);
  const text = new TextDecoder().decode(bytes);
  const line = (character: string) => text.slice(0, text.indexOf(character)).split('\n').length;
  if (!isUtf8(bytes)) return problem(line('\ufffd'), undefined, `is not UTF-8 text: ${SAVE}`);
  // UTF-16 without a mark is valid UTF-8 with a zero beside each letter.
  if (text.includes('\0')) return problem(line('\0'), undefined, `holds a zero byte: is it UTF-16? ${SAVE}`);
  if (text.trim() === '') return problem(0, undefined, 'is empty');
  return text;
}
