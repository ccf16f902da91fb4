/** Topics and ways of notices in the reader's words. Each map is complete by its type. */
import type { NoticeTopic } from '$lib/api/types';
import { m } from '$lib/i18n';

type Words<K extends string> = Record<K, () => string>;

const TITLES: Words<NoticeTopic> = {
  trip_assigned: m.notice_trip_assigned,
  trip_withdrawn: m.notice_trip_withdrawn,
  your_turn: m.notice_your_turn,
  confirm_pickup: m.notice_confirm_pickup,
  issued: m.notice_issued,
  accepted: m.notice_accepted,
  partly_accepted: m.notice_partly_accepted,
  rejected: m.notice_rejected,
  closed: m.notice_closed,
  discrepancy: m.notice_discrepancy,
  deviation: m.notice_deviation,
  hold: m.notice_hold,
  released: m.notice_released,
  voided: m.notice_voided,
};
const TOPICS: Words<NoticeTopic> = {
  trip_assigned: m.topic_trip_assigned,
  trip_withdrawn: m.topic_trip_withdrawn,
  your_turn: m.topic_your_turn,
  confirm_pickup: m.topic_confirm_pickup,
  issued: m.topic_issued,
  accepted: m.topic_accepted,
  partly_accepted: m.topic_partly_accepted,
  rejected: m.topic_rejected,
  closed: m.topic_closed,
  discrepancy: m.topic_discrepancy,
  deviation: m.topic_deviation,
  hold: m.topic_hold,
  released: m.topic_released,
  voided: m.topic_voided,
};

/** What a notice says in the list; a topic of a newer server by its word. */
export function noticeTitle(topic: string): string {
  return TITLES[topic as NoticeTopic]?.() ?? topic;
}

/** What a topic is called where people choose. */
export function topicLabel(topic: string): string {
  return TOPICS[topic as NoticeTopic]?.() ?? topic;
}

/** Every topic that this build knows. */
export const TOPIC_WORDS = Object.keys(TITLES) as NoticeTopic[];
