package io.heddle.traffic.compression;

import java.util.ArrayList;
import java.util.List;

/// Which coding an answer gets, by what the client accepts (RFC 9110, section 12.5.3) and what the compressors of the
/// chain offer, as Envoy's compressor filters choose.
///
/// @param coding its token; `identity` for none
/// @param why what led to it
record CodingChoice(String coding, Why why) {
    private static final String IDENTITY = "identity";
    private static final CodingChoice NONE = new CodingChoice(IDENTITY, Why.NOT_VALID);

    /// What leads to a choice.
    enum Why {
        /// The client names the coding.
        NAMED,
        /// The client takes any: the first in the chain.
        WILDCARD,
        /// The client wants none.
        IDENTITY,
        /// The client accepts nothing that there is.
        NOT_VALID
    }

    /// What a compressor offers.
    ///
    /// @param coding its token
    /// @param preferred whether it wins where the client likes others as much
    record Offer(String coding, boolean preferred) {}

    /// An element of `accept-encoding`.
    private record Accepted(String coding, double weight) {}

    /// Chooses among `offers`, in the order of the chain.
    static CodingChoice of(String acceptEncoding, List<Offer> offers) {
        var accepted = accepted(acceptEncoding);
        var allowed = new ArrayList<Offer>();
        for (var offer : offers) {
            boolean refused = accepted.stream()
                    .anyMatch(
                            element -> element.weight() == 0 && element.coding().equals(offer.coding()));
            boolean again = allowed.stream().anyMatch(other -> other.coding().equals(offer.coding()));
            if (!refused && !again) {
                allowed.add(offer);
            }
        }
        if (allowed.isEmpty()) {
            return NONE;
        }
        var best = new Accepted(IDENTITY, 0);
        for (var element : accepted) {
            best = isBetter(element, best, allowed) ? element : best;
        }
        if (best.weight() == 0) {
            return NONE;
        }
        return switch (best.coding()) {
            case IDENTITY -> new CodingChoice(IDENTITY, Why.IDENTITY);
            case "*" -> new CodingChoice(first(allowed), Why.WILDCARD);
            default -> new CodingChoice(best.coding(), Why.NAMED);
        };
    }

    private static boolean isBetter(Accepted element, Accepted best, List<Offer> allowed) {
        boolean known = element.coding().equals(IDENTITY)
                || element.coding().equals("*")
                || allowed.stream().anyMatch(offer -> offer.coding().equals(element.coding()));
        boolean preferred = allowed.stream()
                .anyMatch(offer -> offer.preferred() && offer.coding().equals(element.coding()));
        return known
                && (element.weight() > best.weight()
                        || (preferred && element.weight() > 0 && element.weight() == best.weight()));
    }

    /// The last one that is preferred, else the first.
    private static String first(List<Offer> allowed) {
        return allowed.reversed().stream()
                .filter(Offer::preferred)
                .findFirst()
                .orElse(allowed.getFirst())
                .coding();
    }

    private static List<Accepted> accepted(String value) {
        var accepted = new ArrayList<Accepted>();
        for (var element : CodingHeaders.elements(value)) {
            int semicolon = element.indexOf(';');
            var coding =
                    semicolon < 0 ? element : element.substring(0, semicolon).strip();
            double weight = semicolon < 0 ? 1 : weight(element.substring(semicolon + 1));
            if (weight >= 0) {
                accepted.add(new Accepted(coding, weight));
            }
        }
        return accepted;
    }

    /// The weight among parameters, 1 without; -1 when it is none.
    private static double weight(String parameters) {
        for (var parameter : parameters.split(";", -1)) {
            int equals = parameter.indexOf('=');
            if (equals >= 0 && parameter.substring(0, equals).strip().equals("q")) {
                return number(parameter.substring(equals + 1).strip());
            }
        }
        return 1;
    }

    /// A number of up to three decimals, 0 to 1, by hand: what comes from clients throws nothing.
    private static double number(String text) {
        int thousandths = 0;
        int digits = 0;
        boolean point = false;
        for (int i = 0; i < text.length(); i++) {
            char octet = text.charAt(i);
            if (octet == '.' && !point) {
                point = true;
            } else if (octet >= '0' && octet <= '9' && digits < 4 && (point || digits == 0)) {
                thousandths = thousandths * 10 + octet - '0';
                digits++;
            } else {
                return -1;
            }
        }
        for (int i = digits; i < 4; i++) {
            thousandths *= 10;
        }
        return digits == 0 || thousandths > 1000 ? -1 : thousandths / 1000.0;
    }
}
