package io.heddle.xds.read.listener;

import io.heddle.xds.read.core.ApiPart;
import java.util.List;

/// What is read of listeners, and of what stands in them.
public final class ListenerApi {
    /// In the order of `docs/reference/envoy-api.md`.
    public static final List<ApiPart> PARTS = List.of(
            new ApiPart("Listeners", ListenerReader.FIELDS),
            new ApiPart("Sockets of listeners", SocketReader.FIELDS),
            new ApiPart("Listener filters", ListenerFilterReader.FIELDS),
            new ApiPart("Filter chains", FilterChainReader.FIELDS),
            new ApiPart("Network filters", NetworkFilterReader.FIELDS),
            new ApiPart("HTTP connection manager", HttpConnectionReader.FIELDS),
            new ApiPart("Heads in the HTTP connection manager", HeadOptionsReader.FIELDS),
            new ApiPart("Access logs", AccessLogReader.FIELDS),
            new ApiPart("Answers made here", LocalReplyReader.FIELDS),
            new ApiPart("Which answers made here are meant", ReplyConditionReader.FIELDS));

    private ListenerApi() {}
}
