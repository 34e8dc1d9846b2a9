import { Recommendation, RecommendationInput } from '../../contract/routing.js';
import { Shared } from '../../contract/scalars.js';
import { recommend } from '../../usecase/routing/recommend.js';
import { DESK } from '../access.js';
import { question, type Http } from '../operation.js';
import { adviceView } from '../present/supervision.js';

export function routingRoutes(http: Http): void {
  question(http, {
    method: 'POST', path: '/v1/recommendations', id: 'recommend', tag: 'Routing', access: DESK,
    summary: 'Where a patient should go, and why; and why not elsewhere',
    description: 'Asked with the facts, or with the whole referral as it would be sent without a target. Nothing is stored or held, and no `Idempotency-Key` is needed. Reasons are in the language of `Accept-Language`.',
    body: Shared(RecommendationInput), answer: Shared(Recommendation), problems: ['invalid_content', 'not_found'],
    ask: (reads, actor, { body }) => recommend(reads, actor, body),
    show: (advice, _reads, { language }) => adviceView(advice, language),
  });
}
