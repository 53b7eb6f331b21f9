package io.heddle.proxy.config;

import io.heddle.model.problem.Problem;
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

    /// Lets the followers open what `next` needs. When one of them cannot, all give back what they opened and
    /// everything is as before; otherwise they get ready, `next` goes live, and they are told, in the order they
    /// were added.
    ///
    /// @return what the followers found; `next` is live unless one of the problems is an error
    public List<Problem> swap(RuntimeConfig next) {
        var problems = followers.stream()
                .flatMap(follower -> follower.opening(next).stream())
                .toList();
        if (problems.stream().anyMatch(Problem::isError)) {
            followers.forEach(Follower::abandoned);
            return problems;
        }
        var previous = current;
        followers.forEach(follower -> follower.preparing(next));
        current = next;
        followers.forEach(follower -> follower.swapped(previous, next));
        return problems;
    }

    /// What the followers find wrong with a part of a configuration, whatever else there is. Nothing is opened.
    public List<Problem> inspect(RuntimeConfig part) {
        return followers.stream()
                .flatMap(follower -> follower.inspecting(part).stream())
                .toList();
    }

    /// Adds a follower.
    public void follow(Follower follower) {
        followers.add(follower);
    }

    /// Wants to know of every swap: listeners open and drain, clusters come and go.
    public interface Follower {
        /// Opens what `next` needs and can fail to be had, and touches nothing that is live. After this comes either
        /// [#preparing] and [#swapped], or [#abandoned].
        ///
        /// @return what is wrong with it that only this proxy can know; an error keeps it from going live
        default List<Problem> opening(RuntimeConfig next) {
            return List.of();
        }

        /// What is wrong with a part of a configuration that only this proxy can know, and that nothing beside it
        /// mends. Opens nothing.
        default List<Problem> inspecting(RuntimeConfig part) {
            return List.of();
        }

        /// What was opened last will not be needed.
        default void abandoned() {}

        /// `next` will be live in a moment, and requests under it may come before [#swapped] does.
        default void preparing(RuntimeConfig next) {}

        /// `next` has taken the place of `previous`.
        void swapped(RuntimeConfig previous, RuntimeConfig next);
    }
}
