// Fills the form with a demonstration account. Without scripts the buttons stay hidden and the accounts can be typed.
(() => {
  'use strict';
  const password = document.querySelector('[data-demo-password]');
  document.querySelectorAll('[data-demo-email]').forEach((button) => {
    button.hidden = false;
    button.addEventListener('click', () => {
      document.getElementById('username').value = button.dataset.demoEmail;
      document.getElementById('password').value = password.textContent;
      document.querySelector('form button[type=submit]').focus();
    });
  });
})();
