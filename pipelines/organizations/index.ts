export { lookUpInOrganizations, LookUpError } from './look-up';
