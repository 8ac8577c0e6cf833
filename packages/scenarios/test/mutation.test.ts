import { expectTeeth } from './mutation/expect.ts';

expectTeeth({
  'patch_text, patch 2': { mutants: 304, noticed: 198, independent: 27, harmless: 79 },
  'patch_text, mainline': { mutants: 306, noticed: 197, independent: 29, harmless: 80 },
  'alternatives, patch 1': { mutants: 289, noticed: 216, independent: 24, harmless: 49 },
  'patch_machine, kprobes': { mutants: 326, noticed: 220, independent: 29, harmless: 77 },
  'patch_machine, alternatives': { mutants: 282, noticed: 205, independent: 27, harmless: 50 },
  'patch_machine, DAIF masked, pseudo-NMI': { mutants: 325, noticed: 201, independent: 33, harmless: 91 },
  'patch_machine, DAIF masked, SError': { mutants: 313, noticed: 201, independent: 32, harmless: 80 },
  'patch_machine, SDEI masked': { mutants: 339, noticed: 218, independent: 34, harmless: 87 },
  'patch_machine, SDEI gate': { mutants: 361, noticed: 238, independent: 35, harmless: 88 },
});
