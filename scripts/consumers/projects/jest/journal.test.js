require('./deploy').deploys('site_journal', 3)
