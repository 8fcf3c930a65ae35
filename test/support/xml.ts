/** A small reader of XML: enough to know that a document is well-formed, and to ask for its elements. */

export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** Of the element and everything in it. */
  readonly text: string;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescaped(text: string): string {
  if (/[<>]/.test(text)) throw new Error(`a bare < or > in ${JSON.stringify(text)}`);
  return text.replace(/&([^;&]*)(;?)/g, (whole, name: string, end: string) => {
    if (end === "" || ENTITIES[name] === undefined) throw new Error(`entity ${whole}`);
    return ENTITIES[name];
  });
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Throws where the text is not well-formed. */
export function parseXml(document: string): XmlElement {
  const head = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(document);
  if (head === null) throw new Error("no XML declaration");
  const root: Open = { name: "", attributes: {}, children: [], text: "" };
  const open: Open[] = [root];
  const token = /<(\/?)([A-Za-z][\w:-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
  token.lastIndex = head[0].length;
  while (token.lastIndex < document.length) {
    const at = token.lastIndex;
    const match = token.exec(document);
    if (match === null) throw new Error(`no XML at ${at}: ${document.slice(at, at + 40)}`);
    const [, slash, name, attributes = "", empty, text] = match;
    const top = open.at(-1)!;
    if (text !== undefined) top.text += unescaped(text);
    else if (slash === "/") {
      if (top.name !== name) throw new Error(`</${name ?? ""}> closes <${top.name}>`);
      open.pop();
      open.at(-1)!.children.push(top);
      open.at(-1)!.text += top.text;
    } else {
      const parsed = Object.fromEntries(
        [...attributes.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescaped(value!)]),
      );
      const element: Open = { name: name!, attributes: parsed, children: [], text: "" };
      if (empty === "/") top.children.push(element);
      else open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)!.name}> is not closed`);
  if (root.children.length !== 1) throw new Error(`${root.children.length} elements at the top`);
  return root.children[0]!;
}

export const elementsOf = (element: XmlElement, name: string): XmlElement[] => [
  ...(element.name === name ? [element] : []),
  ...element.children.flatMap((child) => elementsOf(child, name)),
];
