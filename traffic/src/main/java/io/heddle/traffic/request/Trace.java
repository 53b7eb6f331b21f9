package io.heddle.traffic.request;

/// Listens to decisions as they are made, so that they can be explained. [#OFF] costs nothing.
public interface Trace {
    /// Listens to nothing.
    Trace OFF = new Trace() {
        @Override
        public boolean on() {
            return false;
        }

        @Override
        public void decided(String step, String subject, String verdict) {}
    };

    /// Whether anybody listens; ask before building text.
    boolean on();

    /// A decision: at `step` (for example `route`) `subject` was tried and `verdict` came of it.
    void decided(String step, String subject, String verdict);
}
