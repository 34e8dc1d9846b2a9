import { addDays, HOUR, startOfDay, type Instant } from '../../kernel/calendar.js';
import { DAYS, FROM } from './figures.js';
import { LONGEST_STAY } from './plan.js';
import { dateOf } from './forms.js';

/**
 * The days of the replay cut into moments. Everything that happens at one moment carries that instant,
 * one moment is finished before the next begins, and instants only rise. So the time of the last event
 * in the store says where an interrupted run stands: what lies before it is done, what lies after it
 * has not begun, and only the moment itself may be half done. Nothing else has to be remembered.
 */
export type Moment =
  | { readonly kind: 'directory'; readonly at: Instant }
  /** Sessions of days `from` to `until`, the last not included. */
  | { readonly kind: 'timetables'; readonly at: Instant; readonly from: number; readonly until: number }
  /** Morning: outpatients come to the clinic. */
  | { readonly kind: 'visits'; readonly at: Instant; readonly day: number }
  /** Noon: visits are received, and what has come to its end is completed. */
  | { readonly kind: 'closings'; readonly at: Instant; readonly day: number }
  /** Afternoon: inpatients are admitted, and the referrals for the next day are sent. */
  | { readonly kind: 'submissions'; readonly at: Instant; readonly day: number };

const at = (day: number, hour: number): Instant => startOfDay(dateOf(day)) + hour * HOUR;

/** Noon of a day, and its afternoon. */
export const closingsAt = (day: number): Instant => at(day, 11.5);
export const submissionsAt = (day: number): Instant => at(day, 14);

/** The directory is written a month before the first referral. */
const DIRECTORY_AT = startOfDay(addDays(FROM, -31)) + 8 * HOUR;

/** Hospitals publish their timetables week by week. */
const TIMETABLE_DAYS = 7;
/** So far ahead that every night exists when it is booked. */
const AHEAD_DAYS = LONGEST_STAY + 2;

export function* timeline(): Generator<Moment> {
  yield { kind: 'directory', at: DIRECTORY_AT };
  const end = DAYS + LONGEST_STAY;
  let published = 0;
  for (let day = -1; day <= end; day += 1) {
    if (published < Math.min(end, day + AHEAD_DAYS)) {
      const until = Math.min(end, published + TIMETABLE_DAYS);
      yield { kind: 'timetables', at: at(day, 6), from: published, until };
      published = until;
    }
    yield { kind: 'visits', at: at(day, 9), day };
    yield { kind: 'closings', at: closingsAt(day), day };
    yield { kind: 'submissions', at: submissionsAt(day), day };
  }
}
