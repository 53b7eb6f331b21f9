package io.heddle.demo;

/// One application of the bookshop: a function from a request to its answer.
@FunctionalInterface
interface App {
    /// Answers one request; runs on a virtual thread of its own and may block.
    ///
    /// @throws DownstreamFailure when a service it needs failed; the server makes it a 502 that names the service
    Answer answer(Call call) throws DownstreamFailure;
}
