package io.tenancy.billing.invoice;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Objects;

/**
 * How invoices and credit notes of a seller are numbered: each series counts from 1 without a gap.
 *
 * @param invoices what numbers of invoices begin with; may be empty
 * @param creditNotes what numbers of credit notes begin with
 * @param yearly whether each calendar year has a series of its own, whose numbers name it
 * @param digits how many digits a number is filled up to with zeros, 1 to 12
 * @param zone whose calendar says which year it is
 */
public record InvoiceNumbering(String invoices, String creditNotes, boolean yearly, int digits, ZoneId zone) {

    /** {@code 2026-000001} and {@code C2026-000001}, by the calendar of UTC. */
    public static final InvoiceNumbering DEFAULT = new InvoiceNumbering("", "C", true, 6, ZoneId.of("UTC"));

    private static final String SANDBOX = "SANDBOX-";

    /**
     * Validates all of them.
     *
     * @throws IllegalArgumentException when both series have one beginning, or the digits are out of bounds
     */
    public InvoiceNumbering {
        Objects.requireNonNull(zone, "zone");
        if (invoices.equals(creditNotes)) {
            throw new IllegalArgumentException(
                    "Invoices and credit notes are numbered apart, but numbers of both begin with '" + invoices + "'");
        }
        if (digits < 1 || digits > 12) {
            throw new IllegalArgumentException("A number has 1 to 12 digits, but was to have " + digits);
        }
    }

    String series(boolean creditNote, Instant at, boolean sandbox) {
        String year = yearly ? Integer.toString(LocalDate.ofInstant(at, zone).getYear()) : "";
        return (sandbox ? SANDBOX : "") + (creditNote ? creditNotes : invoices) + year;
    }

    String text(String series, long number) {
        String digitsOnly = Long.toString(number);
        String filled = "0".repeat(Math.max(0, digits - digitsOnly.length())) + digitsOnly;
        return series.isEmpty() ? filled : series + "-" + filled;
    }
}
