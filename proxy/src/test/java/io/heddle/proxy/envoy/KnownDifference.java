package io.heddle.proxy.envoy;

import java.util.regex.Pattern;

/// What Heddle does not do as Envoy does, and why. Each stands under its name in the page of differences.
enum KnownDifference {
    /// Envoy calls the answer to a HEAD chunked where its length is not known, and where it makes it itself.
    LENGTH_OF_ANSWERS_TO_HEAD {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.request().first().startsWith("HEAD ")
                    && difference.isOf("answer content-length", "answer transfer-encoding");
        }
    },
    /// What a proxy in front says of the scheme counts before that of a target in absolute form.
    SCHEME_OF_ABSOLUTE_TARGETS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.request().first().contains(" http://")
                    && exchange.request().says("x-forwarded-proto");
        }
    },
    /// A template fits a path without its parameters, where these are ignored, as every other match.
    TEMPLATES_WITHOUT_PATH_PARAMETERS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("route", "status", "request line", "request x-envoy-original-path")
                    && exchange.request().hasAny(";")
                    && exchange.table().says("ignore_path_parameters_in_path_matching")
                    && exchange.table().says("path_template");
        }
    },
    /// Only a redirect says where to go.
    LOCATION_OF_DIRECT_RESPONSES {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return !exchange.isForwarded()
                    && difference.isOf("answer location")
                    && exchange.table().says("\"status\": 304");
        }
    },
    /// With `always_set_request_id_in_response` an answer made before a route is found has the id, too.
    REQUEST_ID_IN_EVERY_ANSWER {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer x-request-id") && !exchange.isForwarded();
        }
    },
    /// Hashed are headers as they came, not as a route has changed them.
    HASHES_OF_WHAT_CAME {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("host")
                    && difference.envoy().startsWith("ring-")
                    && difference.heddle().startsWith("ring-")
                    && (exchange.table().says("request_headers_to_add")
                            || exchange.table().says("request_headers_to_remove"));
        }
    },
    /// What must come over TLS is sent there, `OPTIONS *` like any other.
    ASTERISK_OVER_TLS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.request().first().contains(" * ")
                    && exchange.table().says("require_tls");
        }
    },
    /// A head that is refused: the words of the answer, and that it stands under no route and costs no connection.
    REFUSED_HEADS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            boolean both = exchange.heddle().status().equals("400")
                    && exchange.envoy().status().equals("400");
            boolean fragment = exchange.request().first().indexOf('#') > 0;
            boolean grpc = exchange.request().isGrpc()
                    && exchange.heddle().head().value("grpc-status").equals("13");
            boolean redirect = exchange.heddle().status().equals("307")
                    && exchange.table().says("UNESCAPE_AND_REDIRECT")
                    && Pattern.compile("%2f|%5c", Pattern.CASE_INSENSITIVE)
                            .matcher(exchange.request().first())
                            .find();
            return both || redirect || fragment || (grpc && !exchange.isForwarded());
        }
    },
    /// A small body that nobody wants is read and dropped, for the sake of the next request.
    BODIES_OF_ANSWERED_REQUESTS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer connection")
                    && !exchange.isForwarded()
                    && !exchange.request().body().isEmpty()
                    && difference.envoy().equals("close")
                    && difference.heddle().equals("none");
        }
    },
    /// A redirect to TLS without the port 80 of plaintext.
    PORT_OF_REDIRECTS_TO_TLS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer location")
                    && difference.envoy().replace(":80/", "/").equals(difference.heddle());
        }
    },
    /// A path of slashes alone is one slash once slashes are merged.
    PATHS_OF_SLASHES {
        private static final Pattern SLASHES = Pattern.compile("\\S+ (http://[^/]*)?[/\\\\%2fF5cC]*([?].*)? HTTP/1.1");

        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.table().says("merge_slashes")
                    && SLASHES.matcher(exchange.request().first()).matches();
        }
    },
    /// Normalising a path encodes nothing that came as it is, so that a template does not fit it where it
    /// could, and its hash is of what came.
    NORMALISED_PATHS_KEEP_THEIR_CHARACTERS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.table().says("normalize_path")
                    && exchange.request().hasAny("|{}\"")
                    && (difference.envoy().contains("%")
                            || (difference.isOf("route", "status")
                                    && exchange.table().says("path_template"))
                            || (difference.isOf("host") && exchange.table().says("\":path\"")));
        }
    },
    /// How long the host took is told to access logs and metrics, not to clients.
    UPSTREAM_SERVICE_TIME {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer x-envoy-upstream-service-time")
                    && difference.heddle().equals("none");
        }
    },
    /// Answers that the proxy makes are signed, whoever signs those of hosts.
    SERVER_OF_LOCAL_ANSWERS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer server")
                    && !exchange.isForwarded()
                    && exchange.table().says("PASS_THROUGH");
        }
    },
    /// `te` concerns one connection.
    TE_IS_HOP_BY_HOP {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("request te") && difference.heddle().equals("none");
        }
    },
    /// A request without a body says so by saying nothing, as it came.
    NO_LENGTH_WITHOUT_BODY {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("request content-length")
                    && difference.envoy().equals("0")
                    && difference.heddle().equals("none");
        }
    },
    /// What a client says in `x-envoy-` headers goes no further.
    CLIENTS_STEER_NO_PROXY {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.where().startsWith("request ")
                    && exchange.request().says("x-envoy-original-path")
                    && difference.envoy().contains("/was");
        }
    },
    /// A loopback address is appended to `x-forwarded-for` as it is, not as another address of the machine.
    LOOPBACK_CLIENTS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            int last = difference.envoy().lastIndexOf(',');
            return difference.isOf("request x-forwarded-for")
                    && difference.heddle().equals(difference.envoy().substring(0, last + 1) + "127.0.0.1");
        }
    },
    /// A scheme in `x-forwarded-proto` is a scheme in any case.
    SCHEMES_IN_ANY_CASE {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.request().lines().contains("X-Forwarded-Proto: HTTPS")
                    && (exchange.table().says("require_tls") || difference.isOf("answer location"));
        }
    },
    /// What a request says becomes its authority only if it can be one.
    IMPOSSIBLE_AUTHORITIES {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return exchange.request().hasAny("\\\"|{}@")
                    && difference.isOf("request host", "request x-forwarded-host", "request x-envoy-original-host");
        }
    },
    /// The host of a weighted cluster counts as the route's: what is told is the client's.
    HOST_OF_WEIGHTED_CLUSTERS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            boolean told = difference.isOf("request x-forwarded-host", "request x-envoy-original-host")
                    || (difference.where().startsWith("request ")
                            && difference.envoy().contains("weighted.example"));
            return told && exchange.table().says("weighted.example");
        }
    },
    /// A message of gRPC is a line: the break at its end is not part of it.
    LINE_BREAKS_OF_GRPC_MESSAGES {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer grpc-message") && difference.envoy().equals(difference.heddle() + "%0A");
        }
    },
    /// A host is not rewritten by an operator that has nothing to say.
    HOSTS_OF_NOTHING {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("request host", "request x-forwarded-host", "request x-envoy-original-host")
                    && exchange.table().says("\"host_rewrite\"")
                    && exchange.envoy()
                            .seen()
                            .filter(head -> head.value("host").matches("-|a--"))
                            .isPresent();
        }
    },
    /// A route's changes of headers come after the content type of the body that it writes.
    CONTENT_TYPE_OF_FORMATS {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            return difference.isOf("answer content-type")
                    && !exchange.isForwarded()
                    && exchange.table().says("body_format")
                    && exchange.table().says("response_headers_to_add");
        }
    },
    /// A local answer's body and header changes know its status, and header changes the virtual cluster.
    LOCAL_ANSWERS_KNOW_THEMSELVES {
        @Override
        boolean explains(Exchange exchange, Difference difference) {
            if (difference.isOf("body", "answer content-length", "answer grpc-message")) {
                return !exchange.isForwarded() && exchange.table().says("[%RESPONSE_CODE%]");
            }
            return difference.where().startsWith("answer ")
                    && !exchange.isForwarded()
                    && (knowsStatus(exchange, difference)
                            || knowsVirtualCluster(exchange, difference)
                            || (exchange.request().isGrpc() && exchange.table().says("%RESP(:status)%")));
        }

        private static boolean knowsStatus(Exchange exchange, Difference difference) {
            return exchange.table().says("%RESPONSE_CODE%")
                    && difference.heddle().contains(exchange.heddle().status());
        }

        private static boolean knowsVirtualCluster(Exchange exchange, Difference difference) {
            return exchange.table().says("%VIRTUAL_CLUSTER_NAME%")
                    && Pattern.compile("small|large")
                            .matcher(difference.heddle())
                            .find();
        }
    };

    /// A request, and what both proxies made of it.
    record Exchange(GeneratedTable table, GeneratedRequest request, Answer envoy, Answer heddle) {
        /// Whether Heddle sent it to a host.
        boolean isForwarded() {
            return heddle.seen().isPresent();
        }
    }

    /// Whether it is the reason of a difference.
    abstract boolean explains(Exchange exchange, Difference difference);
}
