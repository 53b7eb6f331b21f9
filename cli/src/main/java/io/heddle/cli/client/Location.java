package io.heddle.cli.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// Where a control plane is.
///
/// @param api the address of its REST API
/// @param stateDirectory its state directory, when this machine holds it
/// @param token the admin token to show, when there is one
public record Location(URI api, Optional<Path> stateDirectory, Optional<String> token) {}
