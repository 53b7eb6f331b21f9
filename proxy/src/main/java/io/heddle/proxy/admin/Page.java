package io.heddle.proxy.admin;

import java.util.Map;
import java.util.function.Function;

/// One page of a [PageServer].
///
/// @param changes whether it changes something: then only POST is answered, and none that a web page sends
/// @param help what it does, for people
/// @param answer makes the answer from the query's parameters
record Page(boolean changes, String help, Function<Map<String, String>, Answer> answer) {
    /// A page that only tells.
    static Page of(String help, Function<Map<String, String>, Answer> answer) {
        return new Page(false, help, answer);
    }

    /// A page that changes something.
    static Page changing(String help, Function<Map<String, String>, Answer> answer) {
        return new Page(true, help, answer);
    }

    /// What is sent back.
    ///
    /// @param status the HTTP status
    /// @param type the content type
    /// @param body the content
    record Answer(int status, String type, String body) {
        static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=UTF-8", text);
        }

        static Answer json(Object value) {
            return new Answer(200, "application/json", Json.write(value));
        }

        static Answer metrics(String body) {
            return new Answer(200, "text/plain; version=0.0.4; charset=utf-8", body);
        }
    }
}
