/** Directives that say something to a linker or a debugger, and nothing here. */
export const ignored: ReadonlySet<string> = new Set([
  '.global',
  '.globl',
  '.type',
  '.size',
  '.arch',
  '.arch_extension',
  '.cpu',
  '.file',
  '.local',
  '.weak',
  '.hidden',
  '.ident',
  '.protected',
  '.internal',
  '.addrsig',
  '.loc',
  '.cfi_startproc',
  '.cfi_endproc',
  '.cfi_sections',
  '.warning',
  '.print',
]);

/** Directives that emit values: bytes of each. */
export const dataSizes: ReadonlyMap<string, number> = new Map(
  Object.entries({
    '.byte': 1,
    '.hword': 2,
    '.short': 2,
    '.2byte': 2,
    '.word': 4,
    '.long': 4,
    '.int': 4,
    '.4byte': 4,
    '.inst': 4,
    '.quad': 8,
    '.xword': 8,
    '.dword': 8,
    '.8byte': 8,
    '.octa': 16,
  }),
);

/** Directives that emit floating-point numbers: bytes of each. */
export const floatSizes: ReadonlyMap<string, 4 | 8> = new Map([
  ['.float', 4],
  ['.single', 4],
  ['.double', 8],
]);

/** Directives that mean something only after another one. */
export const followers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '.endm': '.macro',
    '.exitm': 'a call of a macro',
    '.purgem': '.macro',
    '.endr': '.rept or .irp',
    '.else': '.if',
    '.elseif': '.if',
    '.endif': '.if',
    '.unreq': '.req',
  }),
);

/** Directives that are the names of sections. */
export const plainSections: ReadonlySet<string> = new Set(['.text', '.data', '.bss']);
