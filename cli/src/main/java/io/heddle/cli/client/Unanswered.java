package io.heddle.cli.client;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;

/// Why a call got no answer, in words for people.
final class Unanswered {
    private static final int LONGEST = 120;

    private Unanswered() {}

    /// The words for what the HTTP client threw.
    static String words(IOException thrown) {
        return switch (thrown) {
            case HttpConnectTimeoutException _ -> "no connection in time";
            case HttpTimeoutException _ -> "no answer in time";
            case ConnectException _ when causedByName(thrown) -> "no such host";
            case ConnectException _ -> "nothing listens there";
            default -> printable(thrown);
        };
    }

    private static boolean causedByName(Throwable thrown) {
        var cause = thrown.getCause();
        // Bounded, because a chain of causes may be a ring.
        for (int depth = 0; depth < 20 && cause != null; depth++) {
            if (cause instanceof UnresolvedAddressException) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    /// Its message without bytes of the other side that a terminal would obey.
    private static String printable(IOException thrown) {
        var message = thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        var plain = message.replaceAll("[^\\x20-\\x7e]", "?");
        return plain.length() > LONGEST ? plain.substring(0, LONGEST) + "..." : plain;
    }
}
