package io.heddle.demo;

/// A neighbour service that did not give its answer.
final class DownstreamFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String service;
    private final String detail;

    DownstreamFailure(String service, String detail) {
        super(service + ": " + detail);
        this.service = service;
        this.detail = detail;
    }

    /// The service's short name, for example `ratings`.
    String service() {
        return service;
    }

    /// What went wrong: a status with the first part of its body, or the transport's error.
    String detail() {
        return detail;
    }
}
