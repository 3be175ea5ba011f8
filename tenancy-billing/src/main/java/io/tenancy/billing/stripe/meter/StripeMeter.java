package io.tenancy.billing.stripe.meter;

/**
 * Which usage goes to which meter.
 *
 * @param metric of usage here, one that sums up or counts
 * @param eventName that the meter at Stripe is fed with; the meter adds up, too, and reads its customer from
 *     {@code stripe_customer_id} and its value from {@code value}, as it does unless told otherwise; 1 to 100 characters
 */
public record StripeMeter(String metric, String eventName) {

    private static final int LONGEST = 100;

    /**
     * Checks it.
     *
     * @throws IllegalArgumentException when a name is blank or too long
     */
    public StripeMeter {
        if (metric.isBlank() || eventName.isBlank() || eventName.length() > LONGEST) {
            throw new IllegalArgumentException("The usage metric '" + metric + "' was to be told to Stripe as '"
                    + eventName + "', but both have a name, and that of Stripe's events is at most " + LONGEST
                    + " characters long");
        }
    }
}
