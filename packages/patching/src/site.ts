/**
 * The sites that programs can patch. Where they stand:
 * `function*` in `patched_function`, off the stop path (run by handlers and after the stop); `stop-loop*`,
 * `state-load`, `lse-*` in multi_cpu_stop(), in the window before quiescence; `wait-loop*` and `flag-load` in
 * the wait loop itself; `helper-words` in a function that the patcher runs while it patches.
 */
export type SiteName =
  | 'function'
  | 'function-branch'
  | 'function-jump'
  | 'function-words'
  | 'function-kprobe'
  | 'function-kprobe-disarm'
  | 'stop-loop'
  | 'stop-loop-kprobe'
  | 'state-load'
  | 'lse-branch'
  | 'lse-words'
  | 'lse-call'
  | 'wait-loop'
  | 'wait-loop-kprobe'
  | 'flag-load'
  | 'helper-words';

/** One or more consecutive instruction words that a protocol replaces together. */
export interface Site {
  readonly name: SiteName;
  /** Label of the first word. */
  readonly label: string;
  /** The instructions as they stand in the program. */
  readonly original: readonly string[];
  /** What they are replaced by: as many words, position-independent. They are assembled at `<label>_new`. */
  readonly replacement: readonly string[];
  /** The instruction that a kprobe here displaces; absent where no kprobe is involved. */
  readonly probed?: string;
  /** What the kernel patches in this way. */
  readonly purpose: string;
}

/** kprobe breakpoint (BRK_KPROBE_IMM 0x004). */
export const kprobeBreakpoint = 'brk #0x4';

const snapshot = 'mov w0, w1';
const poll = 'ldr w0, [x1]';
const llscWords = ['add w0, w0, w2', 'stlxr w3, w0, [x1]', 'cbnz w3, site_lse_words'];

/** Every site by its name. */
export const sites: Readonly<Record<SiteName, Site>> = {
  function: {
    name: 'function',
    label: 'site_function',
    original: ['mov w0, #1'],
    replacement: ['mov w0, #2'],
    purpose: 'an alternative of one ordinary instruction',
  },
  'function-branch': {
    name: 'function-branch',
    label: 'site_function',
    original: ['b patched_function_without'],
    replacement: ['nop'],
    purpose: 'a capability test: B becomes NOP, both in the safe list',
  },
  'function-jump': {
    name: 'function-jump',
    label: 'site_function',
    original: ['nop'],
    replacement: ['b . + 12'],
    purpose: 'a jump label that is enabled: NOP becomes B, both in the safe list',
  },
  'function-words': {
    name: 'function-words',
    label: 'site_function',
    original: ['mov w0, #1', 'mov w1, #1'],
    replacement: ['mov w0, #2', 'mov w1, #2'],
    purpose: 'an alternative of two instructions that must not be mixed: the function checks it',
  },
  'function-kprobe': {
    name: 'function-kprobe',
    label: 'site_function',
    original: ['mov w0, #1'],
    replacement: [kprobeBreakpoint],
    probed: 'mov w0, #1',
    purpose: 'arming a kprobe',
  },
  'function-kprobe-disarm': {
    name: 'function-kprobe-disarm',
    label: 'site_function',
    original: [kprobeBreakpoint],
    replacement: ['mov w0, #1'],
    probed: 'mov w0, #1',
    purpose: 'disarming a kprobe',
  },
  'stop-loop': {
    name: 'stop-loop',
    label: 'site_stop_loop',
    original: [snapshot],
    replacement: ['add w0, w1, #0'],
    purpose: 'an alternative of one ordinary instruction in the stop loop',
  },
  'stop-loop-kprobe': {
    name: 'stop-loop-kprobe',
    label: 'site_stop_loop',
    original: [snapshot],
    replacement: [kprobeBreakpoint],
    probed: snapshot,
    purpose: 'a kprobe on multi_cpu_stop(), which nothing excludes',
  },
  'state-load': {
    name: 'state-load',
    label: 'site_state_load',
    original: ['ldar w1, [x0]'],
    replacement: ['ldapr w1, [x0]'],
    purpose: 'READ_ONCE() of the state in kernels built with LTO',
  },
  'lse-branch': {
    name: 'lse-branch',
    label: 'site_lse_branch',
    original: ['b multi_cpu_stop_llsc'],
    replacement: ['nop'],
    purpose: 'the choice of LSE by a branch (since 5.4)',
  },
  'lse-words': {
    name: 'lse-words',
    label: 'site_lse_words',
    original: ['ldxr w0, [x1]', ...llscWords],
    replacement: ['ldaddal w2, w0, [x1]', 'add w0, w0, w2', 'nop', 'nop'],
    purpose: 'the choice of LSE by replacing an LL/SC loop, as per-CPU operations do',
  },
  'lse-call': {
    name: 'lse-call',
    label: 'site_lse_call',
    original: ['nop', 'bl __ll_sc_atomic_sub_return', 'nop'],
    replacement: ['neg w0, w0', 'ldaddal w0, w30, [x1]', 'add w0, w0, w30'],
    purpose: 'the choice of LSE by replacing a call (4.3 to 5.3)',
  },
  'wait-loop': {
    name: 'wait-loop',
    label: 'site_wait_loop',
    original: [poll],
    replacement: ['ldur w0, [x1]'],
    purpose: 'an alternative of one ordinary instruction in the wait loop',
  },
  'wait-loop-kprobe': {
    name: 'wait-loop-kprobe',
    label: 'site_wait_loop',
    original: [poll],
    replacement: [kprobeBreakpoint],
    probed: poll,
    purpose: 'a kprobe on the wait loop',
  },
  'flag-load': {
    name: 'flag-load',
    label: 'site_flag_load',
    original: ['ldar w0, [x1]'],
    replacement: ['ldapr w0, [x1]'],
    purpose: "READ_ONCE() of the waiter's flag, avoided since 5af76fb42287",
  },
  'helper-words': {
    name: 'helper-words',
    label: 'site_helper_words',
    original: ['ldxr w11, [x10]', 'orr w11, w11, w9', 'stxr w12, w11, [x10]', 'cbnz w12, site_helper_words'],
    replacement: ['stset w9, [x10]', 'nop', 'nop', 'nop'],
    purpose: 'the choice of LSE in instrumentation that the patcher itself executes',
  },
};
