"""Web apps; each stands alone and shares nothing with the others but style."""
