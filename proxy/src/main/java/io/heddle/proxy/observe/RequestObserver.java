package io.heddle.proxy.observe;

/// Gets every finished request, on its event loop. It must not block and must not keep the timeline.
public interface RequestObserver {
    /// The request has ended, one way or another.
    void finished(RequestTimeline timeline);
}
