# The role that the workers assume in each account, as ../../cloudformation/role.yaml says it, in a StackSet: each account that joins
# one of the organizational units gets it by itself. Apply it in the management account.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "worker_arn" {
  description = "The identity of the workers, such as arn:aws:iam::222222222222:role/identity-center-worker"
  type        = string
}

variable "external_id" {
  description = "That of IDENTITY_CENTER_EXTERNAL_ID"
  type        = string
  default     = ""
}

variable "organizational_unit_ids" {
  description = "The units whose accounts get an instance, such as ou-ab12-34567890; the root's ID for all"
  type        = list(string)
}

data "aws_region" "current" {}

resource "aws_cloudformation_stack_set" "role" {
  name             = "identity-center-role"
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]
  template_body    = file("${path.module}/../../cloudformation/role.yaml")
  parameters       = { WorkerArn = var.worker_arn, ExternalId = var.external_id }
  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }
  lifecycle {
    # AWS fills it in for this permission model.
    ignore_changes = [administration_role_arn]
  }
}

resource "aws_cloudformation_stack_set_instance" "role" {
  stack_set_name            = aws_cloudformation_stack_set.role.name
  stack_set_instance_region = data.aws_region.current.region
  deployment_targets {
    organizational_unit_ids = var.organizational_unit_ids
  }
}
