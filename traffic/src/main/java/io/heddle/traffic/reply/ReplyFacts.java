package io.heddle.traffic.reply;

import io.heddle.traffic.format.FormatSource;
import io.heddle.traffic.layer.RuntimeSnapshot;
import io.heddle.traffic.metadata.RequestState;
import io.heddle.traffic.request.RequestHead;
import io.heddle.traffic.request.ResponseFlag;

/// An answer made here, or a request that has ended, as a [ReplyCondition] sees it. Confined to the request's thread.
public interface ReplyFacts {
    /// The request's head as it came.
    RequestHead request();

    /// The answer's HTTP status.
    int status();

    /// The answer's `grpc-status`, by its HTTP status where it has none of its own.
    int grpcStatus();

    /// Why the request did not simply succeed.
    ResponseFlag flag();

    /// How long ago the request began, milliseconds.
    long durationMillis();

    /// What filters have found out about the request.
    RequestState state();

    /// What overrides numbers and shares now.
    RuntimeSnapshot runtime();

    /// A number drawn evenly, another one each time.
    long chance();

    /// The request as command operators see it, `%LOCAL_REPLY_BODY%` being `body`, whose octets are made
    /// only when it is asked for, and `%RESPONSE_CODE%` being `status`.
    FormatSource format(int status, String body);
}
