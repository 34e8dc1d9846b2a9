/**
 * The status table of the contract ("Referrals" in the API), copied by hand from its text and sharing
 * nothing with the program: what is legal in which status, and whose it is to do.
 */

export type Side = 'sender' | 'receiver' | 'coordinator' | 'stranger';

export const STATUS_TABLE: Readonly<Record<string, string>> = {
  draft: 'submit, cancel',
  submitted: 'request-info, accept, reject, retriage, redirect, cancel, close, arrive',
  'info-requested': 'provide-info, reject, redirect, cancel, close, arrive',
  accepted: 'arrive, retriage, redirect, cancel, close',
  scheduled: 'arrive, retriage, redirect, cancel, close',
  arrived: 'receive, revoke-arrival, close',
  'in-care': 'complete, close',
  expired: 'reinstate',
  completed: '',
  rejected: '',
  cancelled: '',
  redirected: '',
  closed: '',
};

/**
 * "submit, provide-info, cancel: sender. accept, reject, request-info, retriage, arrive, revoke-arrival,
 * receive, complete: receiver … redirect: receiver or coordinator. close: either side, after arrival only
 * the receiver. acknowledge (receiver)"; reinstate: the row of `expired` says receiver.
 */
const WHOSE: Readonly<Record<string, readonly Side[]>> = {
  submit: ['sender'],
  'provide-info': ['sender'],
  cancel: ['sender'],
  accept: ['receiver'],
  reject: ['receiver'],
  'request-info': ['receiver'],
  retriage: ['receiver'],
  arrive: ['receiver'],
  'revoke-arrival': ['receiver'],
  receive: ['receiver'],
  complete: ['receiver'],
  acknowledge: ['receiver'],
  reinstate: ['receiver'],
  redirect: ['receiver', 'coordinator'],
  close: ['sender', 'receiver'],
};

export const EVERY_ACTION = Object.keys(WHOSE);

export function legalIn(status: string): readonly string[] {
  return STATUS_TABLE[status]!.split(', ').filter((action) => action !== '');
}

export function isTheirs(action: string, side: Side, status: string): boolean {
  if (action === 'close' && (status === 'arrived' || status === 'in-care')) return side === 'receiver';
  return WHOSE[action]!.includes(side);
}
