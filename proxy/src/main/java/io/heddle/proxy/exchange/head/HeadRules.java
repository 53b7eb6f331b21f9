package io.heddle.proxy.exchange.head;

import io.heddle.proxy.http.HttpRequestHead;
import io.heddle.traffic.request.HeaderEdit;
import io.heddle.traffic.request.HeaderName;
import io.heddle.traffic.request.LocalReply;
import io.heddle.traffic.request.Peer;
import io.heddle.traffic.request.ResponseFlag;
import io.heddle.traffic.request.Span;
import io.heddle.traffic.runtime.HeadOptions;
import io.heddle.traffic.runtime.NetworkFilter;
import java.util.List;
import java.util.Optional;

/// Makes a request's head plain, in place, before routes, filters and the application see it, or answers it where
/// that is asked for: header names with underscores, the path, the authority. What is off costs a comparison.
public final class HeadRules {
    private static final Optional<LocalReply> PASSES = Optional.empty();
    private static final Optional<LocalReply> UNDERSCORE = Optional.of(LocalReply.of(
            400,
            "a header's name has an underscore\n",
            ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR,
            "unexpected_underscore"));
    private static final String PATH_DETAILS = "path_normalization_failed";
    private static final Optional<LocalReply> ESCAPED_SLASH =
            Optional.of(LocalReply.of(400, "the path has an escaped slash\n", ResponseFlag.NONE, PATH_DETAILS));
    private static final Optional<LocalReply> ESCAPED_NULL =
            Optional.of(LocalReply.of(400, "the path has an escaped NUL\n", ResponseFlag.NONE, PATH_DETAILS));
    private static final int TEMPORARY_REDIRECT = 307;

    private HeadRules() {}

    /// Applies the rules of `settings` to the head of a request from `peer`; the answer, where it is refused.
    public static Optional<LocalReply> apply(HttpRequestHead head, NetworkFilter.Http settings, Peer peer) {
        var options = settings.heads();
        if (options.underscores() != HeadOptions.Underscores.ALLOW && underscores(head, options.underscores())) {
            return UNDERSCORE;
        }
        if (head.lines().nominates()) {
            removeNominated(head);
        }
        switch (options.host().port()) {
            case NONE -> {}
            case MATCHING -> head.stripPort(peer.local().getPort());
            case ANY -> head.stripPort(0);
        }
        if (options.host().trailingDot()) {
            head.stripTrailingDot();
        }
        return path(head, settings.paths());
    }

    private static Optional<LocalReply> path(HttpRequestHead head, NetworkFilter.PathRules rules) {
        boolean redirect = false;
        switch (rules.escapedSlashes()) {
            case KEEP_UNCHANGED -> {}
            case REJECT_REQUEST -> {
                if (head.hasEscapedSlashes()) {
                    return ESCAPED_SLASH;
                }
            }
            case UNESCAPE_AND_REDIRECT -> redirect = head.unescapeSlashes();
            case UNESCAPE_AND_FORWARD -> head.unescapeSlashes();
        }
        if (!head.normalizePath(rules.normalize(), rules.mergeSlashes())) {
            return ESCAPED_NULL;
        }
        if (!redirect) {
            return PASSES;
        }
        return GrpcAnswer.isWanted(head) ? ESCAPED_SLASH : Optional.of(redirect(head));
    }

    private static LocalReply redirect(HttpRequestHead head) {
        var location = new HeaderEdit(
                HeaderEdit.Action.SET, HeaderName.LOCATION, plainReference(Span.text(head.bytes(), head.path())));
        return new LocalReply(
                TEMPORARY_REDIRECT, "", List.of(location), ResponseFlag.NONE, PATH_DETAILS, Optional.empty());
    }

    /// A path that begins with two slashes would name another host (RFC 3986, section 4.2), and browsers read a
    /// backslash as a slash.
    private static String plainReference(String path) {
        int at = 0;
        while (at < path.length() && (path.charAt(at) == '/' || path.charAt(at) == '\\')) {
            at++;
        }
        return at > 1 ? "/" + path.substring(at) : path;
    }

    /// Takes all lines of these names out.
    public static void remove(HttpRequestHead head, List<HeaderName> names) {
        for (int line = head.headerCount() - 1; line >= 0; line--) {
            long name = head.headerName(line);
            for (int i = 0; i < names.size(); i++) {
                if (names.get(i).matches(head.bytes(), Span.start(name), Span.end(name))) {
                    head.removeLine(line);
                    break;
                }
            }
        }
    }

    /// What `Connection` names ends here (RFC 9110, section 7.6.1), and nobody is to decide by what goes no further.
    private static void removeNominated(HttpRequestHead head) {
        for (int line = head.headerCount() - 1; line >= 0; line--) {
            if (head.lines().nominated(line)) {
                head.removeLine(line);
            }
        }
    }

    /// Whether the request is to be refused; leaves headers out where that is asked for.
    private static boolean underscores(HttpRequestHead head, HeadOptions.Underscores rule) {
        for (int line = head.headerCount() - 1; line >= 0; line--) {
            if (hasUnderscore(head, head.headerName(line))) {
                if (rule == HeadOptions.Underscores.REJECT_REQUEST) {
                    return true;
                }
                head.removeLine(line);
            }
        }
        return false;
    }

    private static boolean hasUnderscore(HttpRequestHead head, long name) {
        for (int i = Span.start(name); i < Span.end(name); i++) {
            if (head.bytes()[i] == '_') {
                return true;
            }
        }
        return false;
    }
}
