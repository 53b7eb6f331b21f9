package io.heddle.traffic.reply;

import io.heddle.traffic.format.HeaderChange;
import io.heddle.traffic.request.HeaderEdits;
import io.heddle.traffic.request.LocalReply;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What becomes of every answer made here, as Envoy's `LocalReplyConfig`.
///
/// @param mappers the first that fits changes the answer
/// @param format how bodies are written; empty writes them as they are
public record ReplyRules(List<ReplyMapper> mappers, Optional<BodyFormat> format) {
    /// Leaves every answer as it is.
    public static final ReplyRules NONE = new ReplyRules(List.of(), Optional.empty());

    public ReplyRules {
        mappers = List.copyOf(mappers);
    }

    /// Whether no answer is changed.
    public boolean isNone() {
        return mappers.isEmpty() && format.isEmpty();
    }

    /// The answer that the client gets instead of `reply`. Octets of its body that are no UTF-8 are replaced.
    public LocalReply apply(LocalReply reply, ReplyFacts facts) {
        for (var mapper : mappers) {
            if (mapper.condition().matches(facts)) {
                return written(mapped(reply, mapper, facts), mapper.format().or(this::format), facts);
            }
        }
        return written(reply, format, facts);
    }

    private static LocalReply mapped(LocalReply reply, ReplyMapper mapper, ReplyFacts facts) {
        int status = mapper.status().orElse(reply.status());
        var body = mapper.body().orElse(reply.body());
        var added = new HeaderEdits();
        HeaderChange.addAll(mapper.headers(), facts.format(status, body), added);
        var headers = new ArrayList<>(reply.headers());
        for (int i = 0; i < added.size(); i++) {
            headers.add(added.edit(i));
        }
        return new LocalReply(status, body, headers, reply.flag(), reply.details(), reply.denial(), reply.grpcStatus());
    }

    private static LocalReply written(LocalReply reply, Optional<BodyFormat> format, ReplyFacts facts) {
        return format.isEmpty() ? reply : format.get().write(reply, facts.format(reply.status(), reply.body()));
    }
}
