import type { Static } from 'typebox';
import { formatInstant, localDateOf } from '../../kernel/calendar.js';
import type * as wire from '../../contract/ledger.js';
import type { MergedPatient } from '../../contract/patient.js';
import type { PolicyReference, Quote } from '../../contract/insurance.js';
import type { StayView } from '../../contract/stay.js';
import type { RecordedEntry } from '../../domain/ledger.js';
import type { Policy } from '../../domain/policy.js';
import type { Standing } from '../../domain/standing.js';
import { owedFen, type Stay } from '../../domain/stay.js';
import type { NameOfStay } from '../../domain/step-sentence.js';
import type { EpisodesShown } from '../../usecase/insurance/get-episodes.js';
import type { StayShown } from '../../usecase/insurance/get-stay.js';
import type { AccumulatorWritten } from '../../usecase/insurance/put-accumulator.js';
import type { Quoted } from '../../usecase/insurance/quote-deductible.js';
import type { Merged } from '../../usecase/network/merge-patients.js';
import type { Reads } from '../../usecase/ports.js';
import type { Wire } from '../declaration.js';
import { assessmentView } from './insurance.js';
import { instantOrNull, maskedPatient } from './referral.js';

/** Stays as they stand in the ledger. A step calls the stays before by hospital and day, as a clerk would. */

function namesOf(stays: readonly Stay[], { network }: Reads): NameOfStay {
  const known = new Map(stays.map((stay) => [stay.id, stay]));
  return (key) => {
    const stay = known.get(key);
    return stay ? `${network.institution(stay.institutionId)?.name ?? stay.institutionId} ${localDateOf(stay.admittedAt)}` : key;
  };
}

function policyReference({ id, version, provenance }: Policy): Wire<Static<typeof PolicyReference>> {
  return { id, version, provenance };
}

type StandingView = Pick<Wire<Static<typeof wire.StayLeg>>, 'policy' | 'unassessed' | 'assessment' | 'effect' | 'settled' | 'owedFen'>;

function standingView(stay: Stay, standing: Standing | null, nameOf: NameOfStay): StandingView {
  const { settled } = stay;
  return {
    policy: standing?.policy ? policyReference(standing.policy) : null,
    unassessed: standing === null ? 'voided' : standing.unassessed,
    assessment: standing?.outcome.assessed ? assessmentView(standing.outcome, nameOf) : null,
    effect: standing?.effect ?? null,
    settled: standing === null || settled === null ? null : { ...settled, at: formatInstant(settled.at) },
    owedFen: owedFen(stay),
  };
}

export function stayView({ stay, standing, stays }: StayShown, reads: Reads, more: { readonly applied: boolean; readonly entries?: readonly RecordedEntry[] }): Wire<Static<typeof StayView>> {
  return {
    ...stay.record,
    id: stay.id,
    institutionId: stay.institutionId,
    number: stay.number,
    patientId: stay.patientId,
    referralId: stay.referralId,
    level: stay.level,
    ...standingView(stay, standing, namesOf(stays, reads)),
    ...(more.entries && { entries: more.entries.map(entryView) }),
    applied: more.applied,
    version: stay.version,
    updatedAt: formatInstant(stay.updatedAt),
  };
}

export function entryView({ area: _area, insuredArea: _insuredArea, at, ...entry }: RecordedEntry): Wire<Static<typeof wire.DeductibleEntry>> {
  return { ...entry, at: formatInstant(at) };
}

export function episodesView({ patientId, episodes, standings, outside, stays }: EpisodesShown, reads: Reads): Wire<Static<typeof wire.PatientEpisodes>> {
  const nameOf = namesOf(stays, reads);
  const legs = new Map(standings.map((standing) => [standing.stay.id, legView(standing, nameOf)]));
  const visits = standings.filter(({ outcome }) => outcome.episode === null);
  return {
    patientId,
    asOf: formatInstant(reads.now),
    episodes: episodes.map((episode) => ({ ...episode, legs: episode.stays.flatMap((id) => legs.get(id) ?? []) })),
    visits: visits.flatMap(({ stay }) => legs.get(stay.id) ?? []),
    outside: [...outside].flatMap(([area, years]) => [...years].map(([year, statement]) => ({ area, year, ...statement }))),
  };
}

function legView(standing: Standing, nameOf: NameOfStay): Wire<Static<typeof wire.StayLeg>> {
  const { stay } = standing;
  const { kind, arrival, dischargedAt } = stay.record;
  return {
    stayId: stay.id,
    institutionId: stay.institutionId,
    level: stay.level,
    kind,
    admittedAt: formatInstant(stay.admittedAt),
    dischargedAt: instantOrNull(dischargedAt === undefined ? null : Date.parse(dischargedAt)),
    via: arrival.via,
    referralId: stay.referralId,
    ...standingView(stay, standing, nameOf),
  };
}

export function quoteView({ policy, outcome, effect, before, episode, stays }: Quoted, reads: Reads): Wire<Static<typeof Quote>> {
  const nameOf = namesOf(stays, reads);
  return {
    asOf: formatInstant(reads.now),
    policy: policyReference(policy),
    stay: assessmentView(outcome, nameOf),
    effect,
    before: before.filter((each) => each.assessed).map((each) => assessmentView(each, nameOf)),
    episode,
  };
}

export function accumulatorView({ accumulator, applied }: AccumulatorWritten): Wire<Static<typeof wire.AccumulatorView>> {
  const { area: _area, updatedAt, ...statement } = accumulator;
  return { ...statement, applied, updatedAt: formatInstant(updatedAt) };
}

export function mergedView({ patientId, patient, applied }: Merged): Wire<Static<typeof MergedPatient>> {
  return { patientId, ...maskedPatient(patient), birthDate: patient.birthDate, applied };
}
