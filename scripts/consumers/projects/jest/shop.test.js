require('./deploy').deploys('site_shop', 2)
