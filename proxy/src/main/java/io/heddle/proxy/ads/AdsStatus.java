package io.heddle.proxy.ads;

import io.heddle.model.problem.Problem;
import java.time.Instant;
import java.util.List;

/// How configuration has been coming in.
///
/// @param connected whether the stream stands
/// @param since since when it stands or is lost
/// @param accepted how many candidates went live
/// @param rejected how many were refused
/// @param fromDisk whether what is live was read from disk and nothing newer has come
/// @param problems those of the last candidate
public record AdsStatus(
        boolean connected, Instant since, long accepted, long rejected, boolean fromDisk, List<Problem> problems) {
    static final AdsStatus NEW = new AdsStatus(false, Instant.EPOCH, 0, 0, false, List.of());

    public AdsStatus {
        problems = List.copyOf(problems);
    }

    AdsStatus stream(boolean stands) {
        return new AdsStatus(stands, Instant.now(), accepted, rejected, fromDisk, problems);
    }

    AdsStatus took(List<Problem> warnings) {
        return new AdsStatus(connected, since, accepted + 1, rejected, false, warnings);
    }

    AdsStatus refused(List<Problem> found) {
        return new AdsStatus(connected, since, accepted, rejected + 1, fromDisk, found);
    }

    AdsStatus restored() {
        return new AdsStatus(connected, since, accepted, rejected, true, problems);
    }
}
