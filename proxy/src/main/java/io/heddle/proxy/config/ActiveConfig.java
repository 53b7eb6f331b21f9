package io.heddle.proxy.config;

import io.heddle.traffic.runtime.RuntimeConfig;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// The configuration that is live. An exchange asks once, at its start, and keeps what it got.
///
/// Reading is one volatile read on any thread. Swapping happens on the configuration thread only.
public final class ActiveConfig {
    private volatile RuntimeConfig current;
    private final List<Follower> followers = new CopyOnWriteArrayList<>();

    /// Starts with `first` live.
    public ActiveConfig(RuntimeConfig first) {
        this.current = first;
    }

    /// The configuration that is live now.
    public RuntimeConfig current() {
        return current;
    }

    /// Lets the followers get ready, makes `next` live, then tells them, in the order they were added.
    public void swap(RuntimeConfig next) {
        var previous = current;
        followers.forEach(follower -> follower.preparing(next));
        current = next;
        followers.forEach(follower -> follower.swapped(previous, next));
    }

    /// Adds a follower.
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /// Wants to know of every swap: listeners open and drain, clusters come and go.
    public interface Follower {
        /// `next` will be live in a moment, and requests under it may come before [#swapped] does.
        default void preparing(RuntimeConfig next) {}

        /// `next` has taken the place of `previous`.
        void swapped(RuntimeConfig previous, RuntimeConfig next);
    }
}
