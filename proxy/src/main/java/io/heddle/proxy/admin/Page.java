package io.heddle.proxy.admin;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// One page of a [PageServer].
///
/// @param help what it does, for people
/// @param tell answers GET and HEAD from the query's parameters; empty: they are refused
/// @param change answers POST, unless a web page sends it, and changes something; empty: POST is refused
/// @param form whether its query is read as a form ([PageQuery#form])
record Page(
        String help,
        Optional<Function<Map<String, String>, Answer>> tell,
        Optional<Function<Map<String, String>, Answer>> change,
        boolean form) {
    /// A page that only tells.
    static Page of(String help, Function<Map<String, String>, Answer> answer) {
        return new Page(help, Optional.of(answer), Optional.empty(), false);
    }

    /// A page that only tells, and reads its query as a form.
    static Page ofForm(String help, Function<Map<String, String>, Answer> answer) {
        return new Page(help, Optional.of(answer), Optional.empty(), true);
    }

    /// A page that only changes something.
    static Page changing(String help, Function<Map<String, String>, Answer> answer) {
        return new Page(help, Optional.empty(), Optional.of(answer), false);
    }

    /// A page that tells, and changes what it tells.
    static Page both(
            String help, Function<Map<String, String>, Answer> tell, Function<Map<String, String>, Answer> change) {
        return new Page(help, Optional.of(tell), Optional.of(change), false);
    }

    /// The methods that it answers, for people.
    String methods() {
        if (change.isEmpty()) {
            return "";
        }
        return tell.isEmpty() ? " (POST)" : " (GET, POST)";
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
