/** An application that is paid through Stripe, behind Spring Security as it is by default. */
package io.tenancy.spring.stripe;
