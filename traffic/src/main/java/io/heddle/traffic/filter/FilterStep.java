package io.heddle.traffic.filter;

import io.heddle.traffic.outside.OutsideAnswer;
import io.heddle.traffic.outside.OutsideCall;
import io.heddle.traffic.request.LocalReply;
import java.time.Duration;

/// What a filter wants to happen next.
public sealed interface FilterStep {
    /// The one [Continue].
    Continue CONTINUE = new Continue();

    /// On to the next filter.
    record Continue() implements FilterStep {}

    /// The request ends here.
    record Reply(LocalReply reply) implements FilterStep {}

    /// The runner shall do something outside and come back with the answer.
    record Ask(Question question) implements FilterStep {}

    /// What a filter can ask for.
    sealed interface Question {
        /// Time to pass.
        record Pause(Duration duration) implements Question {}

        /// The request's virtual host, where there may be one that is not known yet. The request begins
        /// again at its route then, and all filters with it; each request asks once.
        ///
        /// @param timeout how long the answer may take; then the request goes on without
        record VirtualHost(Duration timeout) implements Question {}

        /// The cluster that the request goes to, where that is not known yet.
        ///
        /// @param timeout how long the answer may take; then the request goes on without
        record KnownCluster(Duration timeout) implements Question {}

        /// The request's body. Only a filter that [HttpFilter#seesBodies] may ask for it.
        ///
        /// @param limit how many bytes of it; a longer one is answered 413, unless `partial`
        /// @param partial whether the filter takes what there is when the limit is reached
        record Body(long limit, boolean partial) implements Question {}

        /// What a service outside says. It is asked at once; the request waits for its answer, at most as
        /// long as the call has time.
        record Outside(OutsideCall call) implements Question {}
    }

    /// What came of a [Question].
    sealed interface Answer {
        /// The time has passed.
        record Paused() implements Answer {}

        /// The cluster is known now, or will not be.
        record ClusterSought() implements Answer {}

        /// The body is there, or as much of it as was asked for.
        record Body(ReceivedBody received) implements Answer {}

        /// The service has answered, or did not.
        record Outside(OutsideAnswer answer) implements Answer {}
    }
}
