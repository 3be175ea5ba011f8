/** An application that asks the tenant's plan in every way. */
package io.tenancy.spring.plans;
