import { Type, type Static } from 'typebox';
import { Closed, Count, InstantText, Nullable, OneOf, Page, Shared } from './scalars.js';
import { CATEGORIES, DIRECTIONS, LEVELS } from './vocabulary.js';

/** The ordered log, the ledger of transfers, and the check of the chain. */

export const EventView = Closed(
  {
    seq: Count(Number.MAX_SAFE_INTEGER),
    id: Type.String(),
    type: Type.String({ description: 'subject.change: referral.submitted, reservation.released …' }),
    at: InstantText(),
    area: Type.String(),
    subject: Type.String({ description: 'What it is about: kind:id' }),
    referralId: Nullable(Type.String()),
    institutionIds: Type.Array(Type.String(), { description: 'Whom it concerns' }),
    actor: Type.Object({}, { additionalProperties: true }),
    data: Type.Object({}, { additionalProperties: true, description: 'No name, number, phone or address of a patient is ever in it' }),
    prevHash: Type.String(),
    hash: Type.String({ description: 'SHA-256 over prevHash and the event' }),
  },
  { $id: 'Event' },
);
export const SignedHead = Closed(
  { seq: Count(Number.MAX_SAFE_INTEGER), hash: Type.String(), at: InstantText(), signature: Type.String({ description: 'Ed25519, base64' }) },
  { $id: 'SignedHead' },
);
export const EventPage = Closed({ data: Type.Array(Shared(EventView)), nextCursor: Nullable(Type.String()), head: Nullable(Shared(SignedHead)) }, { $id: 'EventPage' });
export const ChainReport = Closed(
  {
    intact: Type.Boolean(),
    checked: Count(Number.MAX_SAFE_INTEGER),
    head: Nullable(Shared(SignedHead)),
    publicKey: Type.String({ description: 'Ed25519 public key, base64 of the raw 32 bytes' }),
    faults: Type.Array(Closed({ seq: Count(Number.MAX_SAFE_INTEGER), fault: OneOf(['edited', 'missing', 'swapped', 'cut-off', 'bad-signature']) })),
  },
  { $id: 'ChainReport' },
);

export const Transfer = Closed(
  {
    id: Type.String(),
    seq: Count(Number.MAX_SAFE_INTEGER, { description: 'The event that recorded it' }),
    kind: OneOf(['executed', 'reversed']),
    reverses: Nullable(Type.String({ description: 'The transfer that this takes back' })),
    referralId: Type.String(),
    referralNo: Type.String(),
    patientId: Type.String(),
    direction: OneOf(DIRECTIONS),
    category: OneOf(CATEGORIES),
    sourceInstitutionId: Type.String(),
    sourceLevel: OneOf(LEVELS),
    targetInstitutionId: Type.String(),
    targetLevel: OneOf(LEVELS),
    consortiumId: Nullable(Type.String()),
    ruleVersion: Nullable(Type.String()),
    fromStayId: Nullable(Type.String()),
    submittedAt: InstantText('From which the ledger reckons a gap; of a referral entered after the fact, when it really happened'),
    executedAt: InstantText('When the patient arrived'),
    recordedAt: InstantText(),
    because: OneOf(['arrival', 'stay', 'revoked']),
  },
  { $id: 'Transfer' },
);
export const TransferPage = Page(Shared(Transfer));
export type TransferView = Static<typeof Transfer>;
