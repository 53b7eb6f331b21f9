/// What becomes of answers made here before a client gets them: other statuses, bodies and headers, by what a
/// connection manager says (Envoy's `local_reply_config`).
///
/// What lives here: the conditions and what they change. What must not: writing answers; the reasons why there are
/// any. Start reading at [io.heddle.traffic.reply.ReplyRules].
@NullMarked
package io.heddle.traffic.reply;

import org.jspecify.annotations.NullMarked;
