package io.tenancy.billing.stripe.object;

import io.tenancy.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * What became of something at Stripe that was looked up.
 *
 * @param outcome what
 * @param tenant whose it is; null where that is not known
 * @param note in words, for the operator
 */
public record Taken(Outcome outcome, @Nullable TenantId tenant, String note) {

    /** What can become of it. */
    public enum Outcome {
        /** It was taken in, or was known already. */
        TAKEN,
        /** Somebody looked later and was first; nothing was changed. */
        OLDER,
        /** It is nobody's whom we know, or of somebody else than is written on it. Nothing was changed. */
        NOT_OURS,
        /** Another installation on the same account wrote its name on it, and takes it in. Nothing was changed. */
        ELSEWHERE,
        /** It is not there any more. */
        GONE
    }
}
