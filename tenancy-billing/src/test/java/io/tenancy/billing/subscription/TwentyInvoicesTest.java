package io.tenancy.billing.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.EngineStory.Invoiced;
import io.tenancy.billing.subscription.SubscriptionChange.AddOn;
import io.tenancy.billing.subscription.SubscriptionChange.Cancel;
import io.tenancy.billing.subscription.SubscriptionChange.Pause;
import io.tenancy.billing.subscription.SubscriptionChange.Resume;
import io.tenancy.billing.subscription.SubscriptionChange.Seats;
import io.tenancy.billing.subscription.SubscriptionChange.ToPlan;
import java.math.BigDecimal;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;

/** Twenty invoices, each line and each sum of them worked out by hand. */
class TwentyInvoicesTest {

    private static final String CATALOGUE = """
            format: 1
            billing: {currency: USD}
            definitions:
              users: {kind: limit, unit: user}
              reports: {kind: module}
            plans:
              tall:
                name: Tall
                versions:
                  - version: 1
                    entitlements: {users: 5}
                    billing:
                      intervals: [month, year]
                      charges: [{code: base, title: Base fee, kind: fixed, price: {month: 249.95, year: 2499.50}}]
              small:
                name: Small
                versions:
                  - version: 1
                    entitlements: {users: 5}
                    billing:
                      intervals: [month, year]
                      charges: [{code: base, title: Base fee, kind: fixed, price: {month: 19.99, year: 199.90}}]
              team:
                name: Team
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: 99}
                        - {code: seats, title: Seats, kind: per_seat, included: 5, price: 15}
                        - {code: setup, title: Set-up, kind: one_off, price: 250}
              api:
                name: API
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: 10}
                        - code: jobs
                          title: Jobs
                          kind: usage
                          metric: jobs
                          model: graduated
                          tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]
                        - code: mails
                          title: Mails
                          kind: usage
                          metric: mails
                          model: volume
                          tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1}, {price: 0.5}]
                        - {code: packs, title: Packs, kind: usage, metric: packs, model: package, size: 100, price: 5}
                        - {code: calls, title: Calls, kind: usage, metric: calls, included: 1000, price: 0.0001}
              shop:
                name: Shop
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      charges:
                        - {code: commission, title: Commission, kind: percentage, metric: sales, rate: 0.3}
                        - {code: least, title: Minimum, kind: minimum, price: 60}
              yen:
                name: Yen
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, quarter]
                      charges: [{code: base, title: Base fee, kind: fixed, price: {month: {JPY: 20000}, quarter: {JPY: 0}}}]
              nothing:
                name: Nothing
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [month, quarter]
                      charges: [{code: base, title: Base fee, kind: fixed, price: {month: {JPY: 0}, quarter: {JPY: 0}}}]
              quarterly:
                name: Quarterly
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing:
                      intervals: [quarter]
                      charges: [{code: base, title: Base fee, kind: fixed, price: {quarter: {JPY: 91000}}}]
              dinar:
                name: Dinar
                versions:
                  - version: 1
                    entitlements: {users: 50}
                    billing: {charges: [{code: base, title: Base fee, kind: fixed, price: {KWD: 9.995}}]}
            add_ons:
              reports:
                name: Reports
                entitlements: {reports: true}
                billing: {charges: [{code: module, title: Module, kind: fixed, price: {month: 29.90, year: 299}}]}
            """;

    private static EngineStory story(Tax tax) {
        return new EngineStory(CATALOGUE, ZoneId.of("UTC"), ignored -> tax);
    }

    private static EngineStory story() {
        return story(Tax.NONE);
    }

    private static Tax vat(String rate) {
        return Tax.onTop("VAT", new BigDecimal(rate));
    }

    private static void requireSums(Invoiced invoice, String subtotal, String discount, String tax, String total) {
        String currency = invoice.sums().total().currency();
        assertThat(invoice.sums().subtotal()).isEqualTo(Money.of(new BigDecimal(subtotal), currency));
        assertThat(invoice.sums().discount()).isEqualTo(Money.of(new BigDecimal(discount), currency));
        assertThat(invoice.sums().tax()).isEqualTo(Money.of(new BigDecimal(tax), currency));
        assertThat(invoice.sums().total()).isEqualTo(Money.of(new BigDecimal(total), currency));
    }

    @Test
    void aPlanThatIsLeftOnTheThirdDay() {
        // 2 March to 2 April has 31 days; on 4 March 29 are left: 249.95 × 29/31 = 233.8241…
        // Small for the same 29 days: 19.99 × 29/31 = 18.7003…; 18.70 - 233.82 = -215.12 is less than nothing:
        // both go on the next invoice, with Small for April: -215.12 + 19.99 = -195.13.
        EngineStory story = story().start("2026-03-02T00:00:00Z", NewSubscription.of("tall"))
                .change("2026-03-04T00:00:00Z", new ToPlan("small"))
                .to("2026-04-02T00:00:00Z");

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Tall: Base fee = -233.82",
                        "Remaining time on Small: Base fee = 18.70",
                        "Small: Base fee = 19.99");
        requireSums(story.invoice(1), "-195.13", "0", "0", "-195.13");
    }

    @Test
    void twentySevenOfThirtyDays() {
        // April has 30 days; on the 4th 27 are left: 249.95 × 0.9 = 224.955, half up 224.96.
        // 19.99 × 0.9 = 17.991 back. 224.96 - 17.99 = 206.97.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("small"))
                .change("2026-04-04T00:00:00Z", new ToPlan("tall"));

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Small: Base fee = -17.99", "Remaining time on Tall: Base fee = 224.96");
        requireSums(story.invoice(1), "206.97", "0", "0", "206.97");
    }

    @Test
    void aThirtiethLessWithTaxInYen() {
        // 20,000 × 29/30 = 19,333.3…; 25 % of 19,333 are 4,833.25; together 24,166.
        EngineStory story = story(vat("0.25"))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("nothing"))
                .change("2026-04-02T00:00:00Z", new ToPlan("yen"));

        assertThat(story.invoice(0).texts()).containsExactly("Remaining time on Yen: Base fee = 19333");
        requireSums(story.invoice(0), "19333", "0", "4833", "24166");
    }

    @Test
    void thirtyTwoOfNinetyOneDaysOfAQuarter() {
        // 1 April to 1 July has 91 days, and 30 May leaves 32: 91,000 × 32/91 = 32,000.
        EngineStory story = story().start(
                        "2026-04-01T00:00:00Z", NewSubscription.of("nothing").every(BillingInterval.QUARTERLY))
                .change("2026-05-30T00:00:00Z", new ToPlan("quarterly"));

        assertThat(story.invoice(0).texts()).containsExactly("Remaining time on Quarterly: Base fee = 32000");
        requireSums(story.invoice(0), "32000", "0", "0", "32000");
    }

    @Test
    void usageInEveryModel() {
        // Jobs, 111 by tiers of their own: 10 × 1.50 + 100 × 1.00 + 1 × 0.50 = 115.50.
        // Mails, 111 all in the last tier: 111 × 0.50 = 55.50. Packs, 201 are three packages: 15.00.
        // Calls, 8,499 beyond 1,000: 8,499 × 0.0001 = 0.8499, so 0.85. And 10.00 for May.
        // 115.50 + 55.50 + 15.00 + 0.85 + 10.00 = 196.85.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("api"))
                .use("jobs", "111", "2026-04-10T00:00:00Z")
                .use("mails", "111", "2026-04-10T00:00:00Z")
                .use("packs", "201", "2026-04-10T00:00:00Z")
                .use("calls", "9499", "2026-04-10T00:00:00Z")
                .to("2026-05-01T00:00:00Z");

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "API: Jobs = 115.50",
                        "API: Mails = 55.50",
                        "API: Packs = 15.00",
                        "API: Calls = 0.85",
                        "API: Base fee = 10.00");
        requireSums(story.invoice(1), "196.85", "0", "0", "196.85");
    }

    @Test
    void aTeamWithSetUpAndTax() {
        // 8 seats, 5 included: 3 × 15.00. VAT line by line: 99.00 × 0.19 = 18.81, 45.00 × 0.19 = 8.55,
        // 250.00 × 0.19 = 47.50, together 74.86. 394.00 + 74.86 = 468.86.
        EngineStory story = story(vat("0.19"))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("team").withSeats(8));

        assertThat(story.invoice(0).texts())
                .containsExactly("Team: Base fee = 99.00", "Team: Seats = 45.00", "Team: Set-up = 250.00");
        requireSums(story.invoice(0), "394.00", "0", "74.86", "468.86");
    }

    @Test
    void aTenthOffBeforeTax() {
        // A tenth of 394.00 is 39.40: 9.90, 4.50 and 25.00. VAT on 89.10, 40.50 and 225.00: 16.929, 7.695 and 42.75,
        // each rounded: 16.93 + 7.70 + 42.75 = 67.38. 394.00 - 39.40 + 67.38 = 421.98.
        EngineStory story = story(vat("0.19"))
                .redeem(EngineStory.share("0.1", null))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("team").withSeats(8));

        assertThat(story.invoice(0).texts())
                .containsExactly(
                        "Team: Base fee = 99.00 - 9.90", "Team: Seats = 45.00 - 4.50", "Team: Set-up = 250.00 - 25.00");
        requireSums(story.invoice(0), "394.00", "39.40", "67.38", "421.98");
    }

    @Test
    void anAmountOffSharedOutOverUnevenLines() {
        // 10.00 over 19.99 and 29.90, 49.89 in all: 4.0068… and 5.9931…; cut off 4.00 and 5.99, and the cent that is
        // left
        // goes to the first, which was cut off most: 0.68 against 0.31 of a cent. 49.89 - 10.00 = 39.89.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("small"))
                .atRenewal(new AddOn("reports", 1))
                .redeem(EngineStory.amount("10", 1))
                .to("2026-05-01T00:00:00Z");

        assertThat(story.invoice(1).texts())
                .containsExactly("Small: Base fee = 19.99 - 4.01", "Reports: Module = 29.90 - 5.99");
        requireSums(story.invoice(1), "49.89", "10.00", "0", "39.89");
    }

    @Test
    void anUpgradeOfWhatWasDiscounted() {
        // April with 20 % off: 19.99 - 4.00 (3.998). On the 16th half is left: 10.00 (9.995, half up), less
        // 4.00 × 10.00/19.99 = 2.001, so 8.00 back. Tall: 124.98 (124.975) less a fifth, 25.00 (24.996): 99.98.
        // 99.98 - 8.00 = 91.98.
        EngineStory story = story().redeem(EngineStory.share("0.2", null))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("small"))
                .change("2026-04-16T00:00:00Z", new ToPlan("tall"));

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Small: Base fee = -8.00", "Remaining time on Tall: Base fee = 99.98");
        requireSums(story.invoice(1), "91.98", "0", "0", "91.98");
    }

    @Test
    void aYearInsteadOfAMonth() {
        // On 11 April 20 of 30 days are left: 19.99 × 20/30 = 13.326…; 199.90 - 13.33 = 186.57.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("small"))
                .change("2026-04-11T00:00:00Z", new ToPlan("small", 0, BillingInterval.YEARLY, 0));

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Small: Base fee = -13.33", "Small: Base fee = 199.90");
        assertThat(story.invoice(1).spans().get(1)).isEqualTo("2026-04-11T00:00:00Z/2027-04-11T00:00:00Z");
        requireSums(story.invoice(1), "186.57", "0", "0", "186.57");
    }

    @Test
    void moreSeatsForTwelveDays() {
        // From 7 to 10 seats on 19 April, 12 days left: 2 × 15.00 × 12/30 = 12.00 back, 5 × 15.00 × 12/30 = 30.00.
        // VAT 20 %: -2.40 and 6.00. 18.00 + 3.60 = 21.60.
        EngineStory story = story(vat("0.2"))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("team").withSeats(7))
                .change("2026-04-19T00:00:00Z", new Seats(10));

        assertThat(story.invoice(1).texts())
                .containsExactly("Unused time on Team: Seats = -12.00", "Remaining time on Team: Seats = 30.00");
        requireSums(story.invoice(1), "18.00", "0", "3.60", "21.60");
    }

    @Test
    void anAddOnTwiceToTheSecond() {
        // April has 2,592,000 seconds. At 15:30:45 on the 9th 1,844,955 are left (21 days, 8:29:15 h):
        // 2 × 29.90 × 1,844,955/2,592,000 = 42.5649…
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("small"))
                .change("2026-04-09T15:30:45Z", new AddOn("reports", 2));

        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Reports: Module = 42.56");
        requireSums(story.invoice(1), "42.56", "0", "0", "42.56");
    }

    @Test
    void theSameByTheDay() {
        // By the day 9 April counts whole: 22 of 30 days, 0.733333333 × 59.80 = 43.8533…
        EngineStory story = story().start("2026-04-01T00:00:00Z", EngineStory.perDay(NewSubscription.of("small")))
                .change("2026-04-09T15:30:45Z", new AddOn("reports", 2));

        assertThat(story.invoice(1).texts()).containsExactly("Remaining time on Reports: Module = 43.85");
        requireSums(story.invoice(1), "43.85", "0", "0", "43.85");
    }

    @Test
    void commissionShortOfTheMinimum() {
        // 30 % of 123.45 are 37.035, half up 37.04; 60.00 - 37.04 = 22.96 are missing.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("shop"))
                .use("sales", "123.45", "2026-04-10T00:00:00Z")
                .to("2026-05-01T00:00:00Z");

        assertThat(story.invoice(0).texts()).containsExactly("Shop: Commission = 37.04", "Shop: Minimum = 22.96");
        requireSums(story.invoice(0), "60.00", "0", "0", "60.00");
    }

    @Test
    void salesThatComeInLateTakeTheMinimumsPlace() {
        // 100.00 more come in on 3 May: 30 % of 223.45 are 67.035, so 67.04: 30.00 more, and the 22.96 are not owed.
        // April's 37.04 + 22.96 + 30.00 - 22.96 = 67.04. In May nothing was sold: 60.00.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("shop"))
                .use("sales", "123.45", "2026-04-10T00:00:00Z")
                .use("sales", "100", "2026-04-20T00:00:00Z", "2026-05-03T00:00:00Z")
                .to("2026-06-01T00:00:00Z");

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Shop: Minimum = 60.00",
                        "Late usage of Shop: Commission = 30.00",
                        "Late usage of Shop: Minimum = -22.96");
        requireSums(story.invoice(1), "67.04", "0", "0", "67.04");
    }

    @Test
    void aPauseOfThreeMonths() {
        // Paused on 11 April: 20 of 30 days back, 249.95 × 20/30 = 166.633…; resumed on 21 July: 11 of 31 days,
        // 249.95 × 11/31 = 88.6919…; August: 249.95. 249.95 + 88.69 - 166.63 = 172.01.
        EngineStory story = story().start("2026-04-01T00:00:00Z", NewSubscription.of("tall"))
                .change("2026-04-11T00:00:00Z", new Pause())
                .change("2026-07-21T00:00:00Z", new Resume())
                .to("2026-08-01T00:00:00Z");

        assertThat(story.invoice(1).texts())
                .containsExactly(
                        "Unused time on Tall: Base fee = -166.63",
                        "Remaining time on Tall: Base fee = 88.69",
                        "Tall: Base fee = 249.95");
        requireSums(story.invoice(1), "172.01", "0", "0", "172.01");
    }

    @Test
    void anEndThatGivesBackTheTaxToo() {
        // On 16 April half of 249.95 is 124.975, half up 124.98; 19 % of that are 23.7462: 23.75. -148.73 in all.
        EngineStory story = story(vat("0.19"))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("tall"))
                .change("2026-04-16T00:00:00Z", new Cancel("moved away", true));

        assertThat(story.invoice(1).texts()).containsExactly("Unused time on Tall: Base fee = -124.98");
        requireSums(story.invoice(1), "-124.98", "0", "-23.75", "-148.73");
    }

    @Test
    void aPriceWithTheTaxInIt() {
        // Of 19.99, 19 parts of 119 are tax: 3.1916…; the total stays 19.99.
        EngineStory story = story(Tax.included("VAT", new BigDecimal("0.19")))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("small"));

        assertThat(story.invoice(0).texts()).containsExactly("Small: Base fee = 19.99");
        requireSums(story.invoice(0), "19.99", "0", "3.19", "19.99");
    }

    @Test
    void dinarsHaveThreeDecimals() {
        // A third of 9.995 is 3.33166…: 3.332. 5 % tax on 6.663: 0.33315, so 0.333. 6.996 in all.
        EngineStory story = story(vat("0.05"))
                .redeem(EngineStory.share("0.33333333", null))
                .start("2026-04-01T00:00:00Z", NewSubscription.of("dinar"));

        assertThat(story.invoice(0).texts()).containsExactly("Dinar: Base fee = 9.995 - 3.332");
        requireSums(story.invoice(0), "9.995", "3.332", "0.333", "6.996");
    }

    @Test
    void aTrialThenTwoCoupons() {
        // After 14 days Team for 5 seats: 99.00 and 250.00, 349.00. A fifth off: 69.80 (19.80 and 50.00); then 100.00
        // off
        // what is left, 79.20 and 200.00: 28.3667… and 71.6332…, rounded 28.37 and 71.63 by largest remainder.
        // Off in all: 48.17 and 121.63. VAT 19 % on 50.83 and 128.37: 9.6577 and 24.3903, so 9.66 + 24.39 = 34.05.
        // 349.00 - 169.80 + 34.05 = 213.25.
        EngineStory story = story(vat("0.19"))
                .redeem(EngineStory.share("0.2", 1))
                .start(
                        "2026-04-01T00:00:00Z",
                        NewSubscription.of("team").withSeats(5).withTrial(14))
                .redeem(EngineStory.amount("100", 1))
                .to("2026-04-15T00:00:00Z");

        assertThat(story.invoice(0).texts())
                .containsExactly("Team: Base fee = 99.00 - 48.17", "Team: Set-up = 250.00 - 121.63");
        requireSums(story.invoice(0), "349.00", "169.80", "34.05", "213.25");
    }
}
