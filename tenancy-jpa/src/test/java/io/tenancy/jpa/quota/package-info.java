/** Quotas against a real control database. */
package io.tenancy.jpa.quota;
