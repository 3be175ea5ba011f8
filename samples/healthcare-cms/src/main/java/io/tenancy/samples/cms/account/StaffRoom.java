package io.tenancy.samples.cms.account;

import io.tenancy.samples.cms.plan.ClinicPlan;
import io.tenancy.samples.cms.plan.Resource;
import java.util.List;
import java.util.Locale;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionOperations;

/** Who works at the clinic. */
@Service
public class StaffRoom {

    private final AppUserRepository users;
    private final PasswordEncoder passwords;
    private final ClinicPlan plan;
    private final TransactionOperations transactions;

    StaffRoom(AppUserRepository users, PasswordEncoder passwords, ClinicPlan plan, TransactionOperations transactions) {
        this.users = users;
        this.passwords = passwords;
        this.plan = plan;
        this.transactions = transactions;
    }

    /**
     * Lists everybody.
     *
     * @return the staff
     */
    @Transactional(readOnly = true)
    public List<AppUser> everybody() {
        return users.findAllByOrderByRoleDescDisplayName();
    }

    /**
     * Lets somebody in.
     *
     * @param email the address to sign in with
     * @param displayName the name that articles carry
     * @param title the professional title
     * @param role what this person may do
     * @param password the first password
     * @throws EmailTakenException if somebody has the address
     * @throws io.tenancy.samples.cms.plan.LimitReachedException if the clinic's plan has no room for another person
     * @throws io.tenancy.samples.cms.plan.RestrictedException if a payment is overdue
     */
    @PreAuthorize("hasRole('EDITOR')")
    public void add(String email, String displayName, String title, Role role, String password) {
        plan.requireFullAccess();
        // Slow on purpose, so not while a transaction is open.
        String hash = passwords.encode(password);
        try {
            transactions.executeWithoutResult(status -> {
                if (users.findByEmail(email.strip().toLowerCase(Locale.ROOT)).isPresent()) {
                    throw new EmailTakenException();
                }
                plan.take(Resource.USERS);
                users.saveAndFlush(new AppUser(email, displayName.strip(), title.strip(), role, hash));
            });
        } catch (DataIntegrityViolationException overtaken) {
            throw (EmailTakenException) new EmailTakenException().initCause(overtaken);
        }
    }
}
