import type { EntitlementRule } from '../../contract/institution.js';

/** The two rules of 一免三优先 that the documents state, as data of a consortium. */

/**
 * Guangzhou 2018, line 27: patients whom primary institutions send up need no registration fee and come
 * first for the expert clinic, the examination and the admission.
 */
export const GUANGZHOU_RULE: EntitlementRule = {
  waiveRegistrationFee: true,
  priorities: ['expert-clinic', 'exam', 'admission'],
  senderLevels: ['primary'],
};

/** Foshan 2017, line 51: admission, examination and treatment first for whoever is sent up; no fee is waived. */
export const FOSHAN_RULE: EntitlementRule = {
  waiveRegistrationFee: false,
  priorities: ['expert-clinic', 'exam', 'admission'],
  senderLevels: ['primary', 'secondary'],
};
