require('./deploy').deploys('site_blog', 2)
