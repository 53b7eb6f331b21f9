package io.heddle.control.discovery;

import io.heddle.model.problem.Problem;
import java.util.List;

/// Something that keeps objects in the store up to date with a world outside. Safe for use by several threads.
///
/// A source puts what it finds into the store, so that the last good state survives restarts, and the source's own
/// absence. What it cannot put there it reports as a problem for as long as that is so.
public interface DiscoverySource extends AutoCloseable {
    /// The source's name for people, for example `directory /etc/heddle`.
    String name();

    /// Begins; what is there already is in the store when this returns, where it is good.
    void start();

    /// What is wrong at present; empty when nothing is.
    List<Problem> problems();

    /// Stops; what was found stays in the store.
    @Override
    void close();
}
