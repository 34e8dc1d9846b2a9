import type { TSchema } from 'typebox';
import { Backtest, BacktestInput, BacktestRow } from '../contract/backtest.js';
import { AccountView, Budget, BudgetInput, BudgetWritten } from '../contract/budget.js';
import { Availability, Pool, PoolInput, SessionsInput, SessionsResult } from '../contract/capacity.js';
import { ContractInput, ContractView } from '../contract/contract.js';
import { ChainReport, EventPage, EventView, SignedHead, Transfer } from '../contract/event.js';
import { Filing } from '../contract/filing.js';
import { Client, ClientCreated, ClientInput, Consortium, ConsortiumInput, Institution, InstitutionInput, Member, MemberInput } from '../contract/institution.js';
import {
  ArrivalEffect, EpisodeView, PolicyDocument, PolicyInput, PolicyView, Provenance, Quote, QuoteInput, Simulation, SimulationInput, StayAssessment,
} from '../contract/insurance.js';
import { AccumulatorInput, AccumulatorView, DeductibleEntry, PatientEpisodes, ReassessInput, StayLeg } from '../contract/ledger.js';
import { MergedPatient, MergeInput } from '../contract/patient.js';
import { Problem } from '../contract/problem.js';
import {
  ACTION_BODIES, ActionsView, ConsentInput, DocumentContent, DocumentInput, DocumentView, EntitlementView, FollowUpInput, FollowUpView, FormView,
  Message, MessageInput, Patient, PatientLookup, PatientLookupInput, RedeemInput, Referral, ReferralChanges, ReferralInput, ReferralPatch, ReferralSummary,
} from '../contract/referral.js';
import { ConsortiumReport, TransferReport } from '../contract/report.js';
import { RescheduleInput, Reservation, ReservationActionInput, ReservationInput, ReservationItemsInput } from '../contract/reservation.js';
import { Recommendation, RecommendationInput } from '../contract/routing.js';
import { CodeSet, Health } from '../contract/service.js';
import { StayInput, StayView } from '../contract/stay.js';

/** Every shape that has a name: the components of the API document. */
export const SHARED: readonly TSchema[] = [
  Problem,
  InstitutionInput, Institution, ConsortiumInput, Consortium, MemberInput, Member, ClientInput, Client, ClientCreated,
  PoolInput, Pool, SessionsInput, SessionsResult, Availability,
  Patient, ReferralInput, ReferralChanges, ReferralPatch, EntitlementView, Referral, ReferralSummary, ...Object.values(ACTION_BODIES), ActionsView,
  ConsentInput, MessageInput, Message, DocumentInput, DocumentView, DocumentContent, FormView, RedeemInput, FollowUpInput, FollowUpView,
  PatientLookupInput, PatientLookup,
  ReservationInput, ReservationActionInput, ReservationItemsInput, RescheduleInput, Reservation,
  RecommendationInput, Recommendation,
  Provenance, PolicyDocument, PolicyInput, PolicyView, StayAssessment, EpisodeView, SimulationInput, Simulation, ArrivalEffect, QuoteInput, Quote,
  StayInput, StayView, DeductibleEntry, StayLeg, PatientEpisodes, ReassessInput, AccumulatorInput, AccumulatorView, MergeInput, MergedPatient,
  EventView, SignedHead, EventPage, ChainReport, Transfer, Filing, TransferReport, ConsortiumReport,
  ContractInput, ContractView, BudgetInput, BudgetWritten, AccountView, Budget, BacktestInput, BacktestRow, Backtest,
  CodeSet, Health,
];
