/** An XML element: of text, or of elements named as the properties of an object. */
export function element(name: string, content: string | object): string {
  const inner =
    typeof content === 'string'
      ? escapeXml(content)
      : Object.entries(content)
          .map(([key, value]) => element(key, value as string | object))
          .join('');
  return `<${name}>${inner}</${name}>`;
}

/** Escapes a text; what XML cannot hold, even escaped, becomes U+FFFD. */
function escapeXml(text: string): string {
  return text
    .replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/gu, '\ufffd')
    .replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
}
