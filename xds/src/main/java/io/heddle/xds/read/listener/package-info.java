/// Listeners, read: sockets, filter chains, network filters and the HTTP connection manager.
///
/// What lives here: everything between an accepted connection and its routes, access logs and answers made here
/// included. What must not: clusters. Start reading at [io.heddle.xds.read.listener.ListenerReader].
@NullMarked
package io.heddle.xds.read.listener;

import org.jspecify.annotations.NullMarked;
