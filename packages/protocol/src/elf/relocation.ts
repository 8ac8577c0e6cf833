import { badObject } from './bytes.ts';

/** How the value of a relocation gets into the place (ELF for the Arm 64-bit Architecture, 5.7). */
interface Kind {
  readonly name: string;
  /** What is stored: S+A, the distance from the place, the distance of pages, the low 12 bits, or the GOT entry's, or how far that entry is from
   * the place, from the page of the GOT, or from the GOT. */
  readonly of:
    | 'absolute'
    | 'relative'
    | 'page'
    | 'low'
    | 'got page'
    | 'got low'
    | 'got relative'
    | 'got from page'
    | 'got from table';
  /** Bits of data, or a field of an instruction: position, width, and by how much the value is shifted right. */
  readonly data?: 16 | 32 | 64;
  readonly field?: readonly [low: number, width: number, shift: number];
  /** ADR and ADRP: two low bits at 29, the rest at 5. */
  readonly isAdr?: true;
  /** Whether bits above the field are simply left out. */
  readonly isCut?: true;
}

const low = (name: string, shift: number): Kind => ({ name, of: 'low', field: [10, 12 - shift, shift] });
const wide = (name: string, shift: number, isCut: boolean): Kind => ({
  name,
  of: 'absolute',
  field: [5, 16, shift],
  ...(isCut ? { isCut } : {}),
});

const kinds: Readonly<Partial<Record<number, Kind>>> = {
  257: { name: 'ABS64', of: 'absolute', data: 64 },
  258: { name: 'ABS32', of: 'absolute', data: 32 },
  259: { name: 'ABS16', of: 'absolute', data: 16 },
  260: { name: 'PREL64', of: 'relative', data: 64 },
  261: { name: 'PREL32', of: 'relative', data: 32 },
  263: wide('MOVW_UABS_G0', 0, false),
  264: wide('MOVW_UABS_G0_NC', 0, true),
  265: wide('MOVW_UABS_G1', 16, false),
  266: wide('MOVW_UABS_G1_NC', 16, true),
  267: wide('MOVW_UABS_G2', 32, false),
  268: wide('MOVW_UABS_G2_NC', 32, true),
  269: wide('MOVW_UABS_G3', 48, false),
  273: { name: 'LD_PREL_LO19', of: 'relative', field: [5, 19, 2] },
  274: { name: 'ADR_PREL_LO21', of: 'relative', isAdr: true },
  275: { name: 'ADR_PREL_PG_HI21', of: 'page', isAdr: true },
  276: { name: 'ADR_PREL_PG_HI21_NC', of: 'page', isAdr: true, isCut: true },
  277: low('ADD_ABS_LO12_NC', 0),
  278: low('LDST8_ABS_LO12_NC', 0),
  279: { name: 'TSTBR14', of: 'relative', field: [5, 14, 2] },
  280: { name: 'CONDBR19', of: 'relative', field: [5, 19, 2] },
  282: { name: 'JUMP26', of: 'relative', field: [0, 26, 2] },
  283: { name: 'CALL26', of: 'relative', field: [0, 26, 2] },
  284: low('LDST16_ABS_LO12_NC', 1),
  285: low('LDST32_ABS_LO12_NC', 2),
  286: low('LDST64_ABS_LO12_NC', 3),
  299: low('LDST128_ABS_LO12_NC', 4),
  309: { name: 'GOT_LD_PREL19', of: 'got relative', field: [5, 19, 2] },
  310: { name: 'LD64_GOTOFF_LO15', of: 'got from table', field: [10, 12, 3] },
  311: { name: 'ADR_GOT_PAGE', of: 'got page', isAdr: true },
  312: { name: 'LD64_GOT_LO12_NC', of: 'got low', field: [10, 9, 3] },
  313: { name: 'LD64_GOTPAGE_LO15', of: 'got from page', field: [10, 12, 3] },
};

/** Where a relocation applies, and what it refers to. */
export interface Place {
  readonly bytes: Uint8Array;
  /** Offset in the section, and in the file. */
  readonly offset: number;
  readonly fileOffset: number;
  /** Address of the place. */
  readonly address: number;
  /** Symbol plus addend. */
  readonly target: number;
  readonly symbol: string;
  /** Address of the entry of the global offset table for the symbol. */
  got(): number;
  /** Where that table begins. */
  readonly offsetTable: number;
}

const page = (address: number): number => Math.floor(address / 4096) * 4096;

function valueOf({ of }: Kind, place: Place): number {
  switch (of) {
    case 'absolute':
      return place.target;
    case 'relative':
      return place.target - place.address;
    case 'page':
      return (page(place.target) - page(place.address)) / 4096;
    case 'low':
      return place.target - page(place.target);
    case 'got page':
      return (page(place.got()) - page(place.address)) / 4096;
    case 'got low':
      return place.got() - page(place.got());
    case 'got relative':
      return place.got() - place.address;
    case 'got from page':
      return place.got() - page(place.offsetTable);
    case 'got from table':
      return place.got() - place.offsetTable;
  }
}

/** Applies one relocation. Throws a fault for kinds that need a dynamic linker, and for targets that are too far away. */
export function relocate(type: number, place: Place): void {
  const { bytes, offset, fileOffset, symbol } = place;
  const kind = kinds[type];
  if (kind === undefined) {
    throw badObject(
      fileOffset,
      'a relocation that needs no dynamic linker',
      `type ${type} for '${symbol}'`,
      "leave out thread-local variables, or compile with '-fno-pic'",
    );
  }
  const value = valueOf(kind, place);
  const size = (kind.data ?? 32) / 8;
  if (offset < 0 || offset + size > bytes.length)
    throw badObject(fileOffset, 'a place inside the section', `offset ${offset}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const far = (): Error =>
    badObject(
      fileOffset,
      `'${symbol}' within reach of ${kind.name}`,
      `a distance of ${value}`,
      'make the program smaller',
    );
  if (kind.data !== undefined) {
    if (kind.data === 64) view.setBigInt64(offset, BigInt(value), true);
    else if (kind.data === 32) view.setInt32(offset, value | 0, true);
    else view.setInt16(offset, value, true);
    return;
  }
  const word = view.getUint32(offset, true);
  if (kind.isAdr === true) {
    if (kind.isCut !== true && (value < -(2 ** 20) || value >= 2 ** 20)) throw far();
    const kept = word & ~((3 << 29) | (0x7_ffff << 5));
    view.setUint32(offset, (kept | ((value & 3) << 29) | (((value >> 2) & 0x7_ffff) << 5)) >>> 0, true);
    return;
  }
  const [position, width, shift] = kind.field ?? [0, 32, 0];
  const shifted = Math.floor(value / 2 ** shift);
  if (shifted * 2 ** shift !== value && kind.of !== 'absolute') {
    throw badObject(fileOffset, `'${symbol}' aligned to ${2 ** shift}`, `a distance of ${value}`, 'align it');
  }
  const isSigned = kind.of === 'relative' || kind.of === 'got relative';
  const bound = 2 ** (isSigned ? width - 1 : width);
  const isOut = isSigned ? shifted < -bound || shifted >= bound : shifted < 0 || shifted >= bound;
  if (isOut && kind.isCut !== true) throw far();
  const mask = (2 ** width - 1) * 2 ** position;
  const field = (((shifted % 2 ** width) + 2 ** width) % 2 ** width) * 2 ** position;
  view.setUint32(offset, ((word & ~mask) | field) >>> 0, true);
}
